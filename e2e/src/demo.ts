// `npm run demo`: the story of one order, told step by step against a running platform, for a person to read.
import { randomUUID } from "node:crypto";
import { at, listAt, textAt, type Answer, type Api, type Json } from "./api.ts";
import { as } from "./people.ts";
import { eventually, expectStatus, givenFreeCourier, orderDraft, productDraft } from "./story.ts";
import { passwordsFrom, targetFromEnvironment, type Target } from "./target.ts";

const target: Target = targetFromEnvironment(process.env) ?? {
  baseUrl: `http://localhost:${process.env.PORT ?? "8080"}`,
  passwords: passwordsFrom(process.env),
};

let count = 0;

/** Tells one step, and what came of it. */
async function step(who: string, what: string, act: () => Promise<Answer>, status: number): Promise<Json> {
  count += 1;
  const body = expectStatus(await act(), status);
  console.log(`${String(count).padStart(2)}. ${who} ${what}`);
  return body;
}

function say(text: string): void {
  console.log(`    ${text}`);
}

async function tellStory(): Promise<void> {
  const [customer, courier, dispatcher, admin] = await Promise.all([
    as(target, "customer"),
    as(target, "courier"),
    as(target, "dispatcher"),
    as(target, "admin"),
  ]);
  console.log(`The story of one order, told to ${target.baseUrl}\n`);
  const orderId = await tellOrder(admin, customer);
  const deliveryId = await tellStart(orderId, courier, dispatcher);
  await tellJourney(deliveryId, courier, customer);
  await eventually(
    () => customer.get(`/v1/orders/${orderId}`),
    (body) => at(body, "status") === "ORDER_STATUS_DELIVERED",
  );
  say("the order is delivered");
  const timeline = await eventually(() => dispatcher.get(`/v1/orders/${orderId}/timeline`), isWhole);
  await tellTimeline(timeline);
}

async function tellOrder(admin: Api, customer: Api): Promise<string> {
  const draft = productDraft({ title: "Siberian kitten", stock: 3 });
  const product = await step("The admin", "lists a kitten.", () => admin.post("/v1/products", draft), 201);
  const productId = textAt(product, "product_id");
  say(`product ${productId}, 950.00 EUR, 3 in stock`);

  const key = randomUUID();
  const place = () => customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: key });
  const orderId = textAt(await step("The customer", "orders it.", place, 201), "order_id");
  say(`order ${orderId}, placed; the same request again answers ${textAt((await place()).body, "order_id")}`);
  return orderId;
}

async function tellStart(orderId: string, courier: Api, dispatcher: Api): Promise<string> {
  const start = () => dispatcher.post("/v1/deliveries", { order_id: orderId });
  const deliveryId = textAt(await step("The dispatcher", "starts the delivery.", start, 201), "delivery_id");
  say(`delivery ${deliveryId}, pending`);

  await givenFreeCourier(courier, dispatcher);
  const assign = () => dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, { courier_id: courier.subject });
  await step("The dispatcher", "gives it to the courier, who is on duty.", assign, 200);
  return deliveryId;
}

async function tellJourney(deliveryId: string, courier: Api, customer: Api): Promise<void> {
  const delivery = `/v1/deliveries/${deliveryId}`;
  await step("The courier", "takes the kitten on board.", () => courier.post(`${delivery}:pickUp`), 200);

  const positions = [
    { device_sequence: "1", device_time: new Date().toISOString(), latitude: 52.5, longitude: 13.4 },
    { device_sequence: "2", device_time: new Date().toISOString(), latitude: 52.45, longitude: 13.2 },
  ];
  const report = () => courier.post(`${delivery}/positions`, { positions });
  await step("The courier's device", "reports where it is.", report, 200);
  const look = () => customer.get(`${delivery}/status`);
  const status = await step("The customer", "looks where the kitten is.", look, 200);
  const { latitude, longitude } = at(status, "last_position") as { latitude: number; longitude: number };
  say(`${textAt(status, "status")} at ${latitude}, ${longitude}`);
  await step("The courier", "hands the kitten over.", () => courier.post(`${delivery}:complete`), 200);
}

/** Log lines travel in batches of a second: the story is whole when logging has told that it stored the last event. */
function isWhole(timeline: Json): boolean {
  const entries = listAt(timeline, "entries");
  const last = entries.find((entry) => at(entry, "event", "type") === "orders.v1.OrderDelivered");
  const lastTrace = at(last ?? null, "event", "trace_id");
  return entries.some(
    (entry) => at(entry, "log", "service") === "logging" && at(entry, "log", "trace_id") === lastTrace,
  );
}

async function tellTimeline(timeline: Json): Promise<void> {
  count += 1;
  console.log(`${String(count).padStart(2)}. The dispatcher reads the whole story back from ClickHouse.`);
  const entries = listAt(timeline, "entries");
  for (const entry of entries.filter((one) => at(one, "event") !== null)) {
    const time = textAt(entry, "at").slice(11, 23);
    say(`${time}  ${textAt(entry, "event", "type").padEnd(34)} trace ${textAt(entry, "event", "trace_id")}`);
  }
  const logs = entries.filter((one) => at(one, "log") !== null);
  const services = new Set(logs.map((one) => textAt(one, "log", "service")));
  say(`and ${logs.length} log lines of ${[...services].toSorted().join(", ")} in the same traces`);
  console.log("\nThe order was placed, carried, delivered, and its story told.");
}

try {
  await tellStory();
} catch (error) {
  // What fetch throws when nobody answers.
  if (error instanceof TypeError) {
    console.error(`Nothing answers at ${target.baseUrl}. Start the platform with: npm start (PORT names another port)`);
  } else {
    console.error(`\nThe story broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exitCode = 1;
}
