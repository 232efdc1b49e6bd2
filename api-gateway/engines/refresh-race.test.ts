// Two gateways, each with its own connection to Redis, before Keycloak, which ends a session whose refresh token comes twice.
import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { openRedisStore } from "@animal-delivery/platform/redis/open-redis-store";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { type GatewayWithRealm, givenGateway, givenSecondGateway, type ServedGateway } from "./fixtures/gateway.ts";

const TOKENS = 6;
const AT_ONCE = 10;
/** What is proven here has nothing to do with how busy this machine is. */
const PATIENT = { countMs: 5_000, answerMs: 5_000 };

let realm: GatewayWithRealm;
let gateways: ServedGateway[];
let stores: KeyValueStore[];
beforeAll(async () => {
  realm = await givenGateway();
  const keyPrefix = `test-${randomUUID()}:`;
  const open = async () =>
    openRedisStore({ urls: [engine("REDIS_URL")], cluster: false, keyPrefix }, testTelemetry(), PATIENT);
  stores = [await open(), await open()];
  gateways = await Promise.all(stores.map(async (kv) => givenSecondGateway(realm.realm, kv)));
});
afterAll(async () => {
  for (const open of [...gateways, ...stores, realm]) await open[Symbol.asyncDispose]();
});

describe("refresh tokens that many requests bring at once, to two gateways", () => {
  it("cost no session, give all the same pair, and a later use of each ends its session", async () => {
    // A gateway with another store knows of no shared answer: it stands for a later moment.
    await using later = await givenSecondGateway(realm.realm, createMemoryStore());

    for (let round = 0; round < TOKENS; round++) {
      const { refresh_token: original } = await realm.signIn(round % 2 ? "customer" : "courier");
      await pastSecondOf(original);

      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, index) => gateways[index % 2]!.refresh(original)),
      );

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const pairs = answers.map(({ access_token, refresh_token }) => `${access_token} ${refresh_token}`);
      expect(new Set(pairs).size).toBe(1);
      const next = await later.refresh(answers[0]!.refresh_token);
      expect(next.status).toBe(200);
      expect((await later.refresh(original)).status).toBe(401);
      expect((await gateways[0]!.refresh(next.refresh_token)).status).toBe(401);
    }
  });
});

/**
 * Waits until the second is over in which a token was issued. Keycloak tells the order of tokens by whole seconds and would
 * take this one again within it; requests of that second have the answer that gateways share.
 */
async function pastSecondOf(token: string): Promise<void> {
  const { iat = NaN } = decodeJwt(token);
  await expect.poll(() => Math.floor(Date.now() / 1_000)).toBeGreaterThan(iat);
}
