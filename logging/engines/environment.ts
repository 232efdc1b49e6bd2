import { randomUUID } from "node:crypto";
import { env } from "node:process";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { TestEngines } from "../test/test-engines.ts";
import { renamedBus } from "./renamed-bus.ts";

/** The ClickHouse and the Kafka that the environment names. */
export const enginesOfEnvironment: TestEngines = {
  clickhouseUrl() {
    const { CLICKHOUSE_USER: username = "default", CLICKHOUSE_PASSWORD: password = "" } = env;
    return Object.assign(new URL(engine("CLICKHOUSE_URL")), { username, password }).href;
  },
  async openBus(): Promise<Bus> {
    const brokers = engine("KAFKA_BROKERS").split(",");
    const client = env.KAFKA_CLIENT === "platformatic" ? "platformatic" : "kafkajs";
    const options = { kind: "kafka", client, brokers, clientId: "logging-test", replication: 1 } as const;
    const bus = renamedBus(await openBus(options, testTelemetry()), `test-${randomUUID()}`);
    await bus.ensureTopics(TOPICS);
    return bus;
  },
  // As in platform/src/kafka/limits.ts.
  handlerSilenceMs: 30_000,
};
