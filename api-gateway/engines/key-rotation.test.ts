import { setTimeout as sleep } from "node:timers/promises";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openBrowser } from "./fixtures/browser.ts";
import { AUDIENCE, type GatewayWithRealm, givenGateway } from "./fixtures/gateway.ts";

let gateway: GatewayWithRealm;
beforeAll(async () => {
  gateway = await givenGateway();
});
afterAll(async () => gateway[Symbol.asyncDispose]());

const ROTATIONS = 4;

// Each loop sends its next request when the last one was answered; the rotations come in between, at last two at once.
it("Keycloak's keys are rotated while traffic runs, and no request fails", async () => {
  const stop = new AbortController();
  const traffic: Traffic = { answers: [], keys: new Set(), stop: stop.signal };
  const loops = [
    refreshLoop(traffic, "courier"),
    refreshLoop(traffic, "courier2"),
    signInLoop(traffic),
    loginLoop(traffic),
  ];
  const seen = async (kid: string) => expect.poll(() => traffic.keys.has(kid), { timeout: 20_000 }).toBe(true);

  for (let priority = 200; priority < 200 + ROTATIONS; priority++) await seen(await rotate(priority));
  await rotate(300);
  await seen(await rotate(301));
  stop.abort();
  await Promise.all(loops);

  expect(traffic.answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(new Set(traffic.answers.map(({ what }) => what)).size).toBe(5);
  expect(traffic.keys.size).toBeGreaterThan(ROTATIONS);
});

interface Traffic {
  readonly answers: { readonly what: string; readonly status: number }[];
  /** The keys that tokens were signed with. */
  readonly keys: Set<string>;
  readonly stop: AbortSignal;
}

/** Checking a password costs Keycloak a tenth of a second of a whole core. */
const PAUSE_MS = 250;

/** Shows each new token to the gateway, and to what verifies it in a service. */
async function refreshLoop({ answers, keys, stop }: Traffic, username: string): Promise<void> {
  const service = createTokenVerifier({ issuer: gateway.realm.issuer, audience: AUDIENCE });
  let { refresh_token: refreshToken } = await gateway.signIn(username);
  while (!stop.aborted) {
    const { status, access_token: token, refresh_token: next } = await gateway.refresh(refreshToken);
    answers.push({ what: "refresh", status });
    if (status !== 200) return;
    refreshToken = next;
    answers.push({ what: "gateway", status: await gateway.meWith(token) });
    const verified = service.verify(token).then(
      () => 200,
      () => 401,
    );
    answers.push({ what: "service", status: await verified });
    keys.add(decodeProtectedHeader(token).kid ?? "");
  }
}

async function signInLoop({ answers, stop }: Traffic): Promise<void> {
  while (!stop.aborted) {
    answers.push({ what: "sign-in", status: (await gateway.signIn("customer")).status });
    await sleep(PAUSE_MS);
  }
}

async function loginLoop({ answers, stop }: Traffic): Promise<void> {
  while (!stop.aborted) {
    const visit = await openBrowser().signIn(`${gateway.origin}/v1/auth/login?return_to=/v1/auth/me`, "admin");
    answers.push({ what: "login", status: visit.status });
    await sleep(PAUSE_MS);
  }
}

/** Lets Keycloak sign with a new key from now on; answers its id. The keys before stay published. */
async function rotate(priority: number): Promise<string> {
  const { admin } = gateway.realm;
  const { id } = (await (await admin("GET", "")).json()) as { id: string };
  await admin("POST", "/components", {
    name: `rotated-${priority}`,
    providerId: "rsa-generated",
    providerType: "org.keycloak.keys.KeyProvider",
    parentId: id,
    config: {
      priority: [String(priority)],
      enabled: ["true"],
      active: ["true"],
      keySize: ["2048"],
      algorithm: ["RS256"],
    },
  });
  const { active } = (await (await admin("GET", "/keys")).json()) as { active: Record<string, string> };
  return active["RS256"] ?? "";
}
