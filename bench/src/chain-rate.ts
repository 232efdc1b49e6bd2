import { randomUUID } from "node:crypto";
import { listAt, at } from "@animal-delivery/e2e/api";
import { orderDraft } from "@animal-delivery/e2e/story";
import { Client } from "pg";
import type { PlatformUnderTest } from "./platform-under-test.ts";
import { openRawInsertLoop } from "./raw-insert.ts";

/** What of a platform takes part in a round. */
export type OrdersUnderTest = Pick<PlatformUnderTest, "customer" | "dispatcher" | "productIds">;

const CONNECTIONS = 16;
const SETTLE_TIMEOUT_MS = 120_000;

/** Orders a second, rounds of the chain and of its control in turn. */
export interface ChainRates {
  /** From the first request until the last event of the round is answered by ClickHouse. */
  readonly chain: readonly number[];
  readonly raw: readonly number[];
}

/**
 * Places orders through REST until each is a row, an outbox row and an event in ClickHouse, against a loop that inserts and
 * commits the same rows on the same PostgreSQL.
 *
 * @throws {Error} when the counts differ, or PostgreSQL does not wait for its disk.
 */
export async function measureChain(platform: PlatformUnderTest, rounds: number, roundMs: number): Promise<ChainRates> {
  const db = new Client({ connectionString: platform.databaseUrl("orders") });
  await db.connect();
  try {
    await assertDurable(db);
    await chainRound(platform, db, 1000);
    await using raw = await openRawInsertLoop(platform.databaseUrl("orders"));
    const rates = { chain: [] as number[], raw: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      rates.chain.push(await chainRound(platform, db, roundMs));
      rates.raw.push(await raw.run(CONNECTIONS, roundMs));
    }
    return rates;
  } finally {
    await db.end();
  }
}

async function assertDurable(db: Client): Promise<void> {
  for (const setting of ["fsync", "synchronous_commit"]) {
    const { rows } = await db.query<Record<string, string>>(`show ${setting}`);
    if (rows[0]?.[setting] !== "on")
      throw new Error(`${setting} is ${rows[0]?.[setting]}: nothing measured is durable`);
  }
}

/** Orders a second, from the first request until the last order of the round is a row, an outbox row and a stored event. */
export async function chainRound(platform: OrdersUnderTest, db: Client, roundMs: number): Promise<number> {
  const startedAt = performance.now();
  const before = await countsOf(platform, db);
  const placed = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => placeUntil(platform, startedAt + roundMs)),
  );
  const orders = placed.reduce((sum, count) => sum + count, 0);
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const now = await countsOf(platform, db);
    const grown = [now.orders - before.orders, now.outbox - before.outbox, now.events - before.events];
    if (grown.every((count) => count === orders)) break;
    if (performance.now() > deadline) throw new Error(`${orders} orders were placed, found ${grown.join(", ")}`);
  }
  return (orders / (performance.now() - startedAt)) * 1000;
}

async function placeUntil({ customer, productIds }: OrdersUnderTest, endAt: number): Promise<number> {
  let placed = 0;
  for (; performance.now() < endAt; placed += 1) {
    const productId = productIds[Math.floor(Math.random() * productIds.length)] ?? "";
    const answer = await customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: randomUUID() });
    if (answer.status !== 201)
      throw new Error(`an order was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return placed;
}

/** Order rows and their outbox rows in PostgreSQL, OrderCreated events in ClickHouse. */
async function countsOf(platform: OrdersUnderTest, db: Client) {
  const { rows } = await db.query<{ orders: string; outbox: string }>(
    `select (select count(*) from orders) as orders,
            (select count(*) from outbox where headers ->> 'event-type' = 'orders.v1.OrderCreated') as outbox`,
  );
  const statistics = await platform.dispatcher.get("/v1/statistics?interval=INTERVAL_DAY");
  const events = listAt(statistics.body, "buckets").reduce<number>(
    (sum, bucket) => sum + Number(at(bucket, "orders_created")),
    0,
  );
  return { orders: Number(rows[0]?.orders), outbox: Number(rows[0]?.outbox), events };
}
