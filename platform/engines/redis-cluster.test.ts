import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { RedisOptions } from "../src/kv/redis-options.ts";
import { openRedisStore } from "../src/redis/open-redis-store.ts";
import { engine } from "../src/testing/engines.ts";
import { keyValueContract } from "../src/testing/key-value-contract.ts";
import { testTelemetry } from "../src/testing/telemetry.ts";

/** What is proven here has nothing to do with how busy this machine is. */
const PATIENT = { countMs: 5_000, answerMs: 5_000 };

describe("the store in a Redis cluster over TLS, as a user who may do no more than docs/operations.md lists", () => {
  keyValueContract(async () => openRedisStore(options(), testTelemetry(), PATIENT));

  it("spreads its keys over the nodes", async () => {
    await using kv = await openRedisStore(options(), testTelemetry(), PATIENT);
    const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);

    await Promise.all(keys.map(async (key) => kv.set(key, key, 60_000)));

    expect(await Promise.all(keys.map(async (key) => kv.get(key)))).toEqual(keys);
  });

  it.each([
    ["whose certificate nobody we trust has signed", { caFile: undefined }],
    ["that does not take our password", { urls: urls().map((url) => url.replace(/:[^:@]+@/, ":wrong@")) }],
    ["where we may not touch such keys", { keyPrefix: "somebody-else:" }],
  ])("is away when it is one %s", async (_, change) => {
    await using kv = await openRedisStore({ ...options(), ...change }, testTelemetry());

    await expect(kv.get("key")).rejects.toMatchObject({ kind: "unavailable" });
  });
});

function options(): RedisOptions {
  return {
    urls: urls(),
    cluster: true,
    caFile: engine("REDIS_CLUSTER_CA_FILE"),
    keyPrefix: `test-${randomUUID()}:`,
  };
}

function urls(): readonly string[] {
  return engine("REDIS_CLUSTER_URL").split(",");
}
