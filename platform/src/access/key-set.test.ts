import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JSONWebKeySet } from "jose";
import { describe, expect, it } from "vitest";
import { createKeySet } from "./key-set.ts";

const PAUSE_MS = 50;
const TIMES = { freshMs: 60_000, ageMsMax: 60_000, pauseMs: PAUSE_MS };

describe("a copy of an issuer's keys", () => {
  it("is fetched once for many tokens at once", async () => {
    const issuer = await givenIssuer("a");
    const keys = createKeySet(issuer.fetchKeys, TIMES);

    await Promise.all(Array.from({ length: 20 }, async () => jwtVerify(await issuer.sign("a"), keys)));

    expect(issuer.fetches).toBe(1);
  });

  it("is there before the first token when it was prepared, and may fail to be", async () => {
    const issuer = await givenIssuer("a");
    const keys = createKeySet(issuer.fetchKeys, TIMES);
    const none = createKeySet(() => Promise.reject(new Error("away")), TIMES);

    await keys.prepare();

    expect(issuer.fetches).toBe(1);
    await jwtVerify(await issuer.sign("a"), keys);
    expect(issuer.fetches).toBe(1);
    await expect(none.prepare()).resolves.toBeUndefined();
  });

  it("learns of a new key though it was read a moment ago", async () => {
    const issuer = await givenIssuer("a");
    const keys = createKeySet(issuer.fetchKeys, TIMES);
    await jwtVerify(await issuer.sign("a"), keys);

    await issuer.rotate("b");
    const tokens = await Promise.all(Array.from({ length: 20 }, async () => issuer.sign("b")));

    await expect(Promise.all(tokens.map(async (token) => jwtVerify(token, keys)))).resolves.toHaveLength(20);
    expect(issuer.fetches).toBe(2);
  });

  it("learns of a key that was made while a fetch was under way", async () => {
    const issuer = await givenIssuer("a");
    const keys = createKeySet(issuer.fetchKeys, TIMES);
    issuer.hold();
    const early = jwtVerify(await issuer.sign("a"), keys);
    await issuer.rotate("b");

    const late = jwtVerify(await issuer.sign("b"), keys);
    issuer.release();

    await expect(Promise.all([early, late])).resolves.toHaveLength(2);
  });

  it("is fetched no more than once a pause, however many names of keys are made up", async () => {
    const issuer = await givenIssuer("a", "unknown");
    const keys = createKeySet(issuer.fetchKeys, TIMES);
    await jwtVerify(await issuer.sign("a"), keys);
    const from = performance.now();

    for (let round = 0; round < 5; round++) {
      const token = await issuer.sign("unknown");
      const answers = await Promise.allSettled(Array.from({ length: 10 }, async () => jwtVerify(token, keys)));
      expect(answers.map(({ status }) => status)).not.toContain("fulfilled");
    }

    expect(issuer.fetches - 1).toBeLessThanOrEqual(Math.ceil((performance.now() - from) / PAUSE_MS));
  });

  it("goes on to serve while the issuer is away, until it is too old", async () => {
    const issuer = await givenIssuer("a");
    const keys = createKeySet(issuer.fetchKeys, { freshMs: 0, ageMsMax: 200, pauseMs: 0 });
    const token = await issuer.sign("a");
    await jwtVerify(token, keys);
    issuer.isAway = true;

    await expect(jwtVerify(token, keys)).resolves.toBeDefined();
    await expect.poll(async () => jwtVerify(token, keys).catch(String)).toBe("Error: away");

    issuer.isAway = false;
    await expect(jwtVerify(token, keys)).resolves.toBeDefined();
  });

  it("fails at once within the pause after a failed fetch", async () => {
    const issuer = await givenIssuer("a");
    issuer.isAway = true;
    const keys = createKeySet(issuer.fetchKeys, { ...TIMES, pauseMs: 60_000 });
    const token = await issuer.sign("a");

    for (let round = 0; round < 3; round++) await expect(jwtVerify(token, keys)).rejects.toThrow("away");

    expect(issuer.fetches).toBe(1);
  });
});

/** An issuer in memory that publishes `first`; keys of other names sign, and are published when they are rotated to. */
async function givenIssuer(first: string, ...others: string[]) {
  const pairs = new Map<string, CryptoKeyPair>();
  const published: JSONWebKeySet["keys"] = [];
  let held: PromiseWithResolvers<void> | undefined;
  const add = async (kid: string) => pairs.set(kid, await generateKeyPair("RS256"));
  const issuer = {
    fetches: 0,
    isAway: false,
    async rotate(kid: string) {
      await add(kid);
      published.push({ ...(await exportJWK(pairs.get(kid)!.publicKey)), kid, alg: "RS256", use: "sig" });
    },
    sign: async (kid: string) =>
      new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "RS256", kid }).sign(pairs.get(kid)!.privateKey),
    hold: () => void (held = Promise.withResolvers()),
    release: () => held?.resolve(),
    fetchKeys: async (): Promise<JSONWebKeySet> => {
      issuer.fetches++;
      const keys = [...published];
      await held?.promise;
      if (issuer.isAway) throw new Error("away");
      return { keys };
    },
  };
  await issuer.rotate(first);
  await Promise.all(others.map(add));
  return issuer;
}
