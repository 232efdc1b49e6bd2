import { describe, expect, it } from "vitest";
import { z } from "zod";
import { busEnv, busOptions, oneBus, oneBusAtMost, optionalBus } from "./bus-config.ts";
import { loadConfig } from "./load-config.ts";
import { redisEnv, redisOptions } from "./redis-config.ts";

const OneBus = z
  .object({ ...busEnv, NAME: z.string() })
  .check(oneBus())
  .transform(busOptions);
const BusAtMost = z.object(busEnv).check(oneBusAtMost()).transform(optionalBus);
const BUS_DATABASE_URL = "postgresql://localhost/bus";
const NAME = "orders";

describe("the event bus of an environment", () => {
  it("is the log in Postgres or Kafka", () => {
    expect(loadConfig(OneBus, { NAME, BUS_DATABASE_URL })).toEqual({ kind: "postgres", url: BUS_DATABASE_URL });
    expect(loadConfig(OneBus, { NAME, KAFKA_BROKERS: "a:9092, b:9093" })).toMatchObject({
      kind: "kafka",
      client: "kafkajs",
      brokers: ["a:9092", "b:9093"],
      tls: undefined,
      sasl: undefined,
    });
  });

  it("comes with TLS and SASL when they are set", () => {
    const env = {
      KAFKA_BROKERS: "a:9092",
      KAFKA_CA_FILE: "ca.pem",
      KAFKA_SASL_USERNAME: "ada",
      KAFKA_SASL_PASSWORD: "p",
    };

    expect(loadConfig(OneBus, { NAME, ...env })).toMatchObject({
      tls: { caFile: "ca.pem" },
      sasl: { mechanism: "scram-sha-512", username: "ada", password: "p" },
    });
  });

  it.each([
    ["none", {}],
    ["two", { BUS_DATABASE_URL, KAFKA_BROKERS: "a:9092" }],
  ])("cannot be %s, which is said together with all else", (_, env) => {
    expect(() => loadConfig(OneBus, env)).toThrow(
      /NAME: is not set[^]*BUS_DATABASE_URL: set either this or KAFKA_BROKERS/,
    );
  });

  it("may be none where that is allowed", () => {
    expect(loadConfig(BusAtMost, {})).toBeUndefined();
    expect(() => loadConfig(BusAtMost, { BUS_DATABASE_URL, KAFKA_BROKERS: "a:9092" })).toThrow(/not both/);
  });

  it.each(["a", "a:b", "http://a:9092", ","])("is not at the brokers %j", (KAFKA_BROKERS) => {
    expect(() => loadConfig(OneBus, { NAME, KAFKA_BROKERS })).toThrow(/KAFKA_BROKERS/);
  });
});

describe("the Redis of an environment", () => {
  const Redis = z.object(redisEnv).transform(redisOptions);

  it("is none, a server or some nodes of a cluster", () => {
    expect(loadConfig(Redis, {})).toBeUndefined();
    expect(loadConfig(Redis, { REDIS_URL: "redis://localhost:6379/1" })).toEqual({
      urls: ["redis://localhost:6379/1"],
      cluster: false,
      caFile: undefined,
      keyPrefix: "animal-delivery:",
    });
    expect(loadConfig(Redis, { REDIS_URL: "rediss://a:1,rediss://b:1", REDIS_CLUSTER: "true" })).toMatchObject({
      urls: ["rediss://a:1", "rediss://b:1"],
      cluster: true,
    });
  });

  it("is not at another kind of URL", () => {
    expect(() => loadConfig(Redis, { REDIS_URL: "http://localhost" })).toThrow(
      /must be a redis:\/\/ or rediss:\/\/ URL/,
    );
  });
});
