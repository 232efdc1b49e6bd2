import { randomUUID } from "node:crypto";
import { textAt, type Answer, type Api, type Json } from "./api.ts";

/** A product as an admin lists it; `changes` replaces fields. */
export function productDraft(changes: Record<string, Json> = {}): Json {
  return {
    title: `Siberian kitten ${randomUUID().slice(0, 8)}`,
    animal: {
      species: "SPECIES_CAT",
      breed: "Siberian",
      sex: "SEX_FEMALE",
      age_weeks_min: 12,
      age_weeks_max: 16,
      weight_grams: 1500,
    },
    price: { amount_minor: "95000", currency: "EUR" },
    stock: 5,
    ...changes,
  };
}

/** An order of one animal of each product from Berlin to Potsdam. */
export function orderDraft(...productIds: string[]): Record<string, Json> {
  return {
    items: productIds.map((productId) => ({ product_id: productId, quantity: 1 })),
    pickup: {
      street: "Am Tierheim 1",
      city: "Berlin",
      postal_code: "13057",
      country: "DE",
      latitude: 52.5703,
      longitude: 13.5017,
    },
    drop_off: {
      street: "Gartenweg 7",
      city: "Potsdam",
      postal_code: "14467",
      country: "DE",
      latitude: 52.3989,
      longitude: 13.0657,
    },
    recipient: { name: "Anna Schmidt", phone: "+4915112345678" },
    note: "She is shy, please ring once",
  };
}

/** Lists a product with this stock. @returns its id. */
export async function givenProduct(admin: Api, stock = 5): Promise<string> {
  return textAt(expectStatus(await admin.post("/v1/products", productDraft({ stock })), 201), "product_id");
}

/** Places an order of one animal. @returns its id. */
export async function givenOrder(customer: Api, productId: string): Promise<string> {
  const answer = await customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: randomUUID() });
  return textAt(expectStatus(answer, 201), "order_id");
}

/** Starts the delivery of an order. @returns the delivery's id. */
export async function givenDelivery(dispatcher: Api, orderId: string): Promise<string> {
  return textAt(expectStatus(await dispatcher.post("/v1/deliveries", { order_id: orderId }), 201), "delivery_id");
}

/** Makes sure that the courier is registered, on duty and carries nothing. */
export async function givenFreeCourier(courier: Api, dispatcher: Api): Promise<void> {
  const registered = await courier.post("/v1/couriers", { display_name: "Boris K." });
  if (registered.status !== 201 && registered.status !== 409) expectStatus(registered, 201);
  const path = `/v1/couriers/${encodeURIComponent(courier.subject)}`;
  const carried = textAt(expectStatus(await courier.get(path), 200), "delivery_id");
  if (carried !== "") {
    const failed = await dispatcher.post(`/v1/deliveries/${carried}:fail`, {
      reason: "FAILURE_REASON_VEHICLE_FAILURE",
    });
    // A cancellation of its order may have ended it in between: the courier is free all the same.
    if (failed.status !== 409) expectStatus(failed, 200);
    await eventually(
      () => courier.get(path),
      (body) => textAt(body, "delivery_id") === "",
    );
  }
  expectStatus(await courier.post(`${path}:setAvailability`, { availability: "AVAILABILITY_AVAILABLE" }), 200);
}

/** The answer's body; throws, with the whole answer, unless the status is the expected one. */
export function expectStatus(answer: Answer, status: number): Json {
  if (answer.status === status) return answer.body;
  throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/**
 * Asks again until `accept` likes the body; for what follows from events.
 *
 * @throws {Error} with the last answer after `timeoutMs`.
 */
export async function eventually(
  ask: () => Promise<Answer>,
  accept: (body: Json) => boolean,
  timeoutMs = 20_000,
): Promise<Json> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer.status === 200 && accept(answer.body)) return answer.body;
    if (Date.now() > deadline)
      throw new Error(`not so after ${timeoutMs / 1_000} s: ${answer.status} ${JSON.stringify(answer.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
