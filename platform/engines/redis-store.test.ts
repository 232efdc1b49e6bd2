import { randomUUID } from "node:crypto";
import { describe } from "vitest";
import { openRedisStore } from "../src/redis/open-redis-store.ts";
import { engine } from "../src/testing/engines.ts";
import { keyValueContract } from "../src/testing/key-value-contract.ts";
import { testTelemetry } from "../src/testing/telemetry.ts";

/** What is proven here has nothing to do with how busy this machine is. */
const PATIENT = { countMs: 5_000, answerMs: 5_000 };

describe("the store in Redis", () => {
  keyValueContract(async () =>
    openRedisStore(
      { urls: [engine("REDIS_URL")], cluster: false, keyPrefix: `test-${randomUUID()}:` },
      testTelemetry(),
      PATIENT,
    ),
  );
});
