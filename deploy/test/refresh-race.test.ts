// Two gateways over one store in front of the embedded provider, which takes the second use of a refresh token for theft.
import { type GatewayFixture, gatewayOn } from "@animal-delivery/api-gateway/testing/gateway-fixture";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenIdentity } from "./fixtures/identity.ts";

const TOKENS = 50;
const AT_ONCE = 10;
/** Tokens at a time: no more than a busy machine trades well within the gateway's patience. */
const WAVE = 5;
/** Fifty passwords are checked, at 90 ms each on a calm machine. */
const TEST_MS = 240_000;
/** How long the answer to a refresh token is shared. */
const SHARED_MS = 2_000;
const NO_LIMITS = { rateLimits: { read: 1e6, write: 1e6, stream: 1e6, auth: 1e6 } };

interface Refreshed {
  readonly status: number;
  readonly access_token: string;
  readonly refresh_token: string;
}

describe("refresh tokens that many requests bring at once, to two gateways", () => {
  const identity = givenIdentity();
  /** How far the store's clock is ahead. */
  let aheadMs = 0;
  let kv: KeyValueStore;
  let gateways: Pick<GatewayFixture, "post">[];
  beforeAll(async () => {
    kv = createMemoryStore(() => Date.now() + aheadMs);
    const start = async () => gatewayOn(kv, identity.provider.issuer, undefined, NO_LIMITS);
    gateways = [await start(), await start()];
  });
  afterAll(async () => kv[Symbol.asyncDispose]());

  it(
    "cost no session, give all the same pair, and a later use of each ends its family",
    async () => {
      const names = Array.from({ length: TOKENS }, (_, index) => (index % 2 ? "customer" : "courier"));
      const originals = (await inWaves(names, async (name) => identity.signIn(name))).map(tokenOf);

      const answers = await inWaves(originals, async (token) => Promise.all(atOnce(token)));

      for (const ten of answers) {
        expect(new Set(ten.map(({ status }) => status))).toEqual(new Set([200]));
        expect(new Set(ten.map(({ access_token, refresh_token }) => `${access_token} ${refresh_token}`)).size).toBe(1);
      }
      const seconds = answers.map(([first]) => tokenOf(first!));
      expect(new Set([...originals, ...seconds]).size).toBe(2 * TOKENS);

      aheadMs += SHARED_MS;
      const thirds = await inWaves(seconds, async (token) => refresh(token, 0));
      expect(new Set(thirds.map(({ status }) => status))).toEqual(new Set([200]));

      aheadMs += SHARED_MS;
      const reuses = await inWaves(originals, async (token) => refresh(token, 1));
      expect(new Set(reuses.map(({ status }) => status))).toEqual(new Set([401]));
      const families = await inWaves(thirds.map(tokenOf), async (token) => refresh(token, 0));
      expect(new Set(families.map(({ status }) => status))).toEqual(new Set([401]));
    },
    TEST_MS,
  );

  /** The same token in ten requests, to the gateways in turn. */
  function atOnce(token: string): Promise<Refreshed>[] {
    return Array.from({ length: AT_ONCE }, async (_, index) => refresh(token, index % 2));
  }

  async function refresh(token: string, at: number): Promise<Refreshed> {
    const response = await gateways[at]!.post("/v1/auth/refresh", { refresh_token: token });
    return { status: response.status, ...((await response.json()) as Omit<Refreshed, "status">) };
  }
});

function tokenOf({ refresh_token: token }: Pick<Refreshed, "refresh_token">): string {
  return token;
}

/** Does the work for each, a few at a time. */
async function inWaves<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  while (results.length < items.length) {
    const wave = items.slice(results.length, results.length + WAVE);
    results.push(...(await Promise.all(wave.map(work))));
  }
  return results;
}
