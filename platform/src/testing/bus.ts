import type { Bus, TopicSpec } from "../bus/bus.ts";
import { openLogBus, type LogBusOptions } from "../bus/log-bus.ts";
import { LOG_BUS_MIGRATIONS, migrateLogBus } from "../bus/migrate-log-bus.ts";
import { TOPICS } from "../bus/topics.ts";
import { testTelemetry } from "./telemetry.ts";
import { copyOfTemplate, dropCopy } from "./template-database.ts";

/** An event bus that one test file has for itself. */
export interface TestBus extends Bus {
  /** For whoever opens clients of their own. */
  readonly url: string;
}

/** Fast enough for tests: rebalanced and failed work comes within some milliseconds. */
const PACE = { heartbeatMs: 50, pollMs: 50, drainMs: 5_000, backoff: { firstMs: 10, maxMs: 100 } };

/** Makes a log bus of its own, with the platform's topics. End it after the tests: `afterAll(() => bus[Symbol.asyncDispose]())`. */
export async function testBus(
  options: Partial<LogBusOptions> = {},
  topics: readonly TopicSpec[] = TOPICS,
): Promise<TestBus> {
  const url = await copyOfTemplate([LOG_BUS_MIGRATIONS], migrateLogBus);
  const bus = openLogBus({ ...PACE, ...options, url }, testTelemetry());
  await bus.ensureTopics(topics);
  const close = bus[Symbol.asyncDispose].bind(bus);
  return Object.assign(bus, {
    url,
    async [Symbol.asyncDispose]() {
      await close();
      await dropCopy(url);
    },
  });
}
