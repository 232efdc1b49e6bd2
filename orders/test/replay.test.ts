// Runs the operator's replay as its own process, beside a real Postgres that holds parked events.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { DeliveryCompletedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { insertParked, parkAggregate } from "@animal-delivery/platform/inbox/inbox-store";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DELIVERY_EVENTS } from "../src/consumers/delivery-events.ts";
import { MIGRATIONS } from "../src/migrations.ts";

let db: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  db = await testDatabase({ migrations: [MIGRATIONS] });
});
afterAll(() => db[Symbol.asyncDispose]());

describe("node orders/src/replay.ts", () => {
  it("applies what is parked and lets the aggregate take part again", async () => {
    const deliveryId = await givenParked(deliveryCompleted());

    expect(await replay()).toBe(0);

    expect(await parkedOf(deliveryId)).toEqual({ events: 0, held: false });
  });

  it("leaves what fails again parked, and ends with 1", async () => {
    const deliveryId = await givenParked(Uint8Array.of(0xff));

    expect(await replay(deliveryId)).toBe(1);

    expect(await parkedOf(deliveryId)).toEqual({ events: 1, held: true });
  });
});

function deliveryCompleted(): Uint8Array {
  const ids = { deliveryId: randomUUID(), orderId: randomUUID() };
  return toBinary(DeliveryCompletedSchema, create(DeliveryCompletedSchema, ids));
}

/** Parks one event of a fresh aggregate. @returns the aggregate's id. */
async function givenParked(payload: Uint8Array): Promise<string> {
  const aggregateId = randomUUID();
  const envelope = create(EventEnvelopeSchema, {
    eventId: randomUUID(),
    aggregateId,
    aggregateVersion: 1n,
    type: DeliveryCompletedSchema.typeName,
    occurredAt: 1n,
    payload,
  });
  const value = toBinary(EventEnvelopeSchema, envelope);
  const record = { key: aggregateId, value, headers: {}, offset: 0n, timestamp: new Date() };
  await db.transaction(async (tx) => {
    await parkAggregate(tx, "orders", aggregateId);
    await insertParked(tx, "orders", { envelope, topic: DELIVERY_EVENTS, partition: 0, record }, "broken");
  });
  return aggregateId;
}

async function parkedOf(aggregateId: string): Promise<{ events: number; held: boolean }> {
  const { rows } = await db.query<{ events: number; held: boolean }>(
    "parked_of",
    `select (select count(*)::int from inbox_parked where aggregate_id = $1) as events,
            (select parked from inbox_heads where aggregate_id = $1) as held`,
    [aggregateId],
  );
  return rows[0] ?? { events: -1, held: false };
}

/** Runs the replay. @returns its exit code. */
function replay(...args: string[]): Promise<number | null> {
  const main = new URL("../src/replay.ts", import.meta.url).pathname;
  const files = { TLS_CERT_FILE: "none", TLS_KEY_FILE: "none", TLS_CA_FILE: "none" };
  const env = { DATABASE_URL: db.url, BUS_DATABASE_URL: db.url, OIDC_ISSUER: "http://localhost:1", ...files };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: "ignore" });
  return new Promise((resolve) => child.once("exit", resolve));
}
