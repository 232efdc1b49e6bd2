import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KafkaOptions } from "@animal-delivery/platform/bus/bus-options";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { testCertificates, type TestCertificates } from "@animal-delivery/platform/testing/certificates";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { commitAll, record, textOf, WAIT } from "../test/bus-contract-fixture.ts";

const MECHANISMS = ["scram-sha-256", "scram-sha-512"] as const;

/** What nobody takes for a hang. */
const SOON_MS = 25_000;

/** An authority that has nothing to do with the broker's. */
let strangers: TestCertificates;

beforeAll(async () => {
  strangers = await testCertificates(["kafka"]);
});

afterAll(() => strangers[Symbol.asyncDispose]());

describe.each(["kafkajs", "platformatic"] as const)("Kafka over TLS with SASL, by %s,", (client) => {
  it.each(MECHANISMS)("takes and gives records with %s", async (mechanism) => {
    await using bus = await open(optionsFor(client, { mechanism }));
    const topic = `topic-${randomUUID()}`;
    const seen: string[] = [];
    const stop = new AbortController();
    await bus.ensureTopics([{ topic, partitions: 2, retentionMs: 3_600_000 }]);
    await bus.publish(topic, [record("a", "1"), record("b", "2")]);

    const consuming = bus.consume(
      {
        group: topic,
        topics: [topic],
        batchRecordsMax: 10,
        handle: async (batch) => {
          seen.push(...batch.records.map(textOf));
          await commitAll(batch);
        },
      },
      stop.signal,
    );

    await expect.poll(() => seen.toSorted(), WAIT).toEqual(["1", "2"]);
    stop.abort();
    await consuming;
  });

  it.each<[string, () => KafkaOptions, RegExp]>([
    ["a wrong password", () => optionsFor(client, { password: "wrong" }), /authentication/i],
    ["an unknown user", () => optionsFor(client, { username: "nobody" }), /authentication/i],
    ["an authority that did not sign the broker", () => withAuthority(client), /certificate/i],
    ["TLS, but no user", () => withoutUser(client), /./],
  ])("says clearly, and soon, what is wrong with %s", async (_, options, words) => {
    await using bus = await open(options());
    const startedMs = performance.now();

    const [asked, published] = await Promise.all([
      bus.ensureTopics([{ topic: "any", partitions: 1, retentionMs: 1_000 }]).catch((error: unknown) => error),
      bus.publish("any", [record("a", "1")]).catch((error: unknown) => error),
    ]);

    expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
    expect(inspect(asked)).toMatch(words);
    expect(published).toMatchObject({ kind: "unavailable" });
    expect(inspect(published)).toMatch(words);
  });
});

function open(options: KafkaOptions) {
  return openBus({ kind: "kafka", ...options }, testTelemetry());
}

function optionsFor(client: KafkaOptions["client"], sasl: Partial<KafkaOptions["sasl"]> = {}): KafkaOptions {
  const username = engine("KAFKA_SASL_USERNAME");
  const password = engine("KAFKA_SASL_PASSWORD");
  return {
    client,
    brokers: engine("KAFKA_SASL_BROKERS").split(","),
    clientId: "engines",
    replication: 1,
    tls: { caFile: engine("KAFKA_SASL_CA_FILE") },
    sasl: { mechanism: "scram-sha-512", username, password, ...sasl },
  };
}

function withAuthority(client: KafkaOptions["client"]): KafkaOptions {
  return { ...optionsFor(client), tls: { caFile: strangers.filesOf("kafka").caFile } };
}

function withoutUser(client: KafkaOptions["client"]): KafkaOptions {
  return { ...optionsFor(client), sasl: undefined };
}
