import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

/** A log bus of its own with every topic, quick to try again. Its database goes with the test run's PostgreSQL. */
export async function testBus(silenceMs: number): Promise<Bus> {
  const url = Object.assign(new URL(inject("postgresUrl")), {
    pathname: `/bus_${randomUUID().replaceAll("-", "")}`,
  }).href;
  await ensureDatabase(url);
  await migrateLogBus(url);
  const bus = openLogBus({ url, silenceMs, pollMs: 50, backoff: { firstMs: 20, maxMs: 200 } }, testTelemetry());
  await bus.ensureTopics(TOPICS);
  return bus;
}
