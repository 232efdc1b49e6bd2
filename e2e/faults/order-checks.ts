import { expect } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { OrderLoad } from "../src/order-load.ts";
import { expectStatus, givenProduct } from "../src/story.ts";
import type { UserName } from "../src/target.ts";

const STOCK = 1_000_000;
/** How long events may take to the event store once everything runs again. */
const EVENTS_MS_MAX = 60_000;

/** A platform under load, as its callers see it. */
export interface UnderLoad {
  /** Signs in afresh. */
  signIn(user: UserName): Promise<Api>;
}

/** Customers to come, and a product that they will not exhaust. */
export async function givenOrderLoad(platform: UnderLoad): Promise<OrderLoad> {
  return new OrderLoad(await givenProduct(await platform.signIn("admin"), STOCK));
}

/** Waits until the load got `more` orders acknowledged than it has now. */
export async function expectProgress(load: OrderLoad, more = 10): Promise<void> {
  const before = load.acknowledged.length;
  await expect.poll(() => load.acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThanOrEqual(more);
}

/**
 * Every key of the load made one order, which took one animal and was told in one event that is in ClickHouse. Nobody else
 * places orders as `customer` meanwhile.
 */
export async function expectEachOrderOnce(load: OrderLoad, platform: UnderLoad): Promise<void> {
  const customer = await platform.signIn("customer");
  const dispatcher = await platform.signIn("dispatcher");
  const admin = await platform.signIn("admin");
  await load.settle(customer);
  const orderIds = [...load.orders.values()].map(String).toSorted();
  expect(orderIds).not.toContain("undefined");

  const since = encodeURIComponent(load.since.toISOString());
  expect(await idsOf(customer, `/v1/orders?placed_after=${since}&`, "orders", "order_id")).toEqual(orderIds);
  expect(at((await admin.get(`/v1/products/${load.productId}`)).body, "stock")).toBe(STOCK - orderIds.length);
  const created = `/v1/events?type=orders.v1.OrderCreated&occurred_after=${since}&`;
  await expect
    .poll(() => idsOf(dispatcher, created, "events", "aggregate_id"), { timeout: EVENTS_MS_MAX, interval: 500 })
    .toEqual(orderIds);
}

/** One field of every entry of a list, all pages, sorted. */
async function idsOf(api: Api, path: string, list: string, field: string): Promise<string[]> {
  const found: Json[] = [];
  for (let token = ""; ;) {
    const page = await api.get(`${path}page_size=200&page_token=${encodeURIComponent(token)}`);
    const body = expectStatus(page, 200);
    found.push(...listAt(body, list));
    token = textAt(body, "next_page_token");
    if (token === "") return found.map((entry) => textAt(entry, field)).toSorted();
  }
}
