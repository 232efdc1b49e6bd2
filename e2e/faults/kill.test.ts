// kill -9 at random moments under load, at half of them the engines too: what was acknowledged exists, exactly once, and its
// events are in ClickHouse.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { killEngines, processesNaming } from "../src/kill.ts";
import { signIn } from "../src/people.ts";
import { startPlatformProcess, type PlatformProcess } from "../src/platform-process.ts";
import { givenProduct, orderDraft } from "../src/story.ts";
import { passwordsFrom } from "../src/target.ts";

const KILLS = 20;
const WORKERS = 6;
/** A kill comes this long after the load began, at random. */
const LOAD_MS = { least: 100, most: 900 };

const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-kill-"));
let platform: PlatformProcess | undefined;

afterAll(async () => {
  await platform?.stop();
  await killEngines(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

async function start(port?: number): Promise<{ customer: Api; dispatcher: Api; admin: Api }> {
  platform = await startPlatformProcess({ dataDir, ...(port === undefined ? {} : { port }) });
  const target = { baseUrl: platform.baseUrl, passwords: passwordsFrom(process.env) };
  const [customer, dispatcher, admin] = await Promise.all([
    signIn(target, "customer"),
    signIn(target, "dispatcher"),
    signIn(target, "admin"),
  ]);
  return { customer, dispatcher, admin };
}

/** Every entry of a list, all pages. */
async function all(api: Api, path: string, name: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let token = ""; ;) {
    const page = await api.get(`${path}page_size=200&page_token=${encodeURIComponent(token)}`);
    expect(page.status, JSON.stringify(page.body)).toBe(200);
    found.push(...listAt(page.body, name));
    token = textAt(page.body, "next_page_token");
    if (token === "") return found;
  }
}

it(
  "loses nothing acknowledged and makes nothing twice when it is killed under load",
  { timeout: 600_000 },
  async () => {
    let callers = await start();
    const port = platform?.port ?? 0;
    const productId = await givenProduct(callers.admin, 1_000_000);
    /** Idempotency key -> order id, once it was acknowledged. */
    const orders = new Map<string, string | undefined>();

    async function place(key: string): Promise<void> {
      orders.set(key, orders.get(key));
      const answer = await callers.customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: key });
      if (answer.status === 201) orders.set(key, textAt(answer.body, "order_id"));
    }

    for (let kill = 0; kill < KILLS; kill += 1) {
      let loading = true;
      const workers = Array.from({ length: WORKERS }, async () => {
        while (loading) await place(randomUUID()).catch(() => undefined);
      });
      await sleep(LOAD_MS.least + Math.random() * (LOAD_MS.most - LOAD_MS.least));
      await platform?.kill();
      if (kill % 2 === 1) await killEngines(dataDir);
      loading = false;
      await Promise.all(workers);

      const acknowledged = [...orders].filter(([, orderId]) => orderId !== undefined);
      callers = await start(port);
      for (const [key, orderId] of acknowledged.slice(-WORKERS)) {
        await place(key);
        expect(orders.get(key)).toBe(orderId);
      }
      for (const [key, orderId] of orders) if (orderId === undefined) await place(key);
    }

    const orderIds = [...orders.values()].map(String).toSorted();
    expect(orderIds).not.toContain("undefined");
    const stored = await all(callers.customer, `/v1/orders?`, "orders");
    expect(stored.map((order) => textAt(order, "order_id")).toSorted()).toEqual(orderIds);
    const product = await callers.admin.get(`/v1/products/${productId}`);
    expect(at(product.body, "stock")).toBe(1_000_000 - orderIds.length);
    await expect
      .poll(
        async () => {
          const events = await all(callers.dispatcher, "/v1/events?type=orders.v1.OrderCreated&", "events");
          return events.map((event) => textAt(event, "aggregate_id")).toSorted();
        },
        { timeout: 60_000, interval: 1000 },
      )
      .toEqual(orderIds);
  },
);

it("leaves no process behind after SIGTERM", async () => {
  expect(await platform?.stop()).toBe(0);

  expect(await processesNaming(dataDir)).toEqual([]);
});
