import type { Bus } from "@animal-delivery/platform/bus/bus";
import { DATABASES } from "../../src/env/surroundings.ts";
import type { Stores } from "./stores.ts";
import { until } from "./until.ts";

/** The consumer groups that must have read everything. */
const GROUPS: Readonly<Record<string, string[]>> = {
  orders: ["delivery.events"],
  delivery: ["orders.events"],
  messenger: ["delivery.events"],
  "orders.sagas": ["saga.commands"],
  "delivery.sagas": ["saga.commands"],
  "accounts.sagas": ["saga.commands"],
  "notes.sagas": ["saga.commands"],
  "messenger.sagas": ["saga.commands"],
  sagas: ["saga.commands"],
  "sagas.replies": ["saga.replies"],
  "logging.events": ["orders.events", "delivery.events", "accounts.events", "notes.events"],
};

/** Waits until nothing is under way any more: outboxes empty, every consumer at the end of its topics. */
export async function settle(bus: Bus, stores: Stores, timeoutMs: number): Promise<void> {
  await until("every outbox is sent", timeoutMs, () => isSent(stores));
  await until("every consumer has read everything", timeoutMs, () => isRead(bus));
  // What consumers have written meanwhile: their own events, and what they gave up.
  await until("nothing is under way", timeoutMs, async () => (await isSent(stores)) && isRead(bus));
}

async function isSent(stores: Stores): Promise<boolean> {
  const waiting = await Promise.all(DATABASES.map((name) => unsentOf(name, stores)));
  return waiting.every((rows) => rows === 0);
}

async function isRead(bus: Bus): Promise<boolean> {
  const lags = await Promise.all(Object.entries(GROUPS).map(([group, topics]) => bus.lag(group, topics)));
  return lags.flat().every(({ records }) => records === 0n);
}

/** Rows that wait for the relay. */
export async function unsentOf(service: string, stores: Stores): Promise<number> {
  const { rows } = await stores
    .database(service)
    .query<{ waiting: number }>(
      "select count(*)::int as waiting from outbox where sent_at is null and parked_at is null",
    );
  return rows[0]?.waiting ?? 0;
}
