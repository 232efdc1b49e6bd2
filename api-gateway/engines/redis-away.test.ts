import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { type OwnRedis, ownRedis } from "@animal-delivery/platform/testing/own-redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bearer, gatewayOn, type GatewayFixture, problemOf } from "../src/testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../src/testing/issuer.ts";
import { logIn } from "../src/testing/log-in.ts";

type TestGateway = Omit<GatewayFixture, "kv">;

const READS_PER_MINUTE = 100;
const WITHIN = { timeout: 10_000, interval: 100 };
const ada = { username: "ada", password: "ada-password" };

let issuer: TestIssuer;
let redis: OwnRedis;
let open: AsyncDisposableStack;
let gateway: TestGateway;
let other: TestGateway;
let token: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());
beforeEach(async () => {
  open = new AsyncDisposableStack();
  redis = open.use(await ownRedis());
  [gateway, other] = [await startGateway(), await startGateway()];
  token = bearer(await issuer.token());
});
afterEach(async () => open.disposeAsync());

const FAILURES: [string, () => Promise<void>, () => Promise<void>][] = [
  ["stalled", async () => redis.stall(), async () => redis.resume()],
  ["dead", async () => redis.kill(), async () => redis.start()],
];

describe("gateways with one Redis", () => {
  it("count a caller's requests together", async () => {
    const first = await gateway.send("/v1/products", { headers: token });
    const second = await other.send("/v1/products", { headers: token });

    expect([remaining(first), remaining(second)]).toEqual([READS_PER_MINUTE - 1, READS_PER_MINUTE - 2]);
  });

  it("know each other's logins and logouts", async () => {
    const { cookie } = await logIn(gateway);
    expect((await other.send("/v1/auth/me", { headers: { cookie } })).status).toBe(200);

    await other.post("/v1/auth/logout", {}, { cookie, "x-csrf": "1" });

    expect((await gateway.send("/v1/auth/me", { headers: { cookie } })).status).toBe(401);
  });

  it("refuse a token everywhere after its logout, and after a flush as well", async () => {
    const signedIn = (await (await gateway.post("/v1/auth/sign-in", ada)).json()) as { access_token: string };
    const headers = bearer(signedIn.access_token);
    await gateway.post("/v1/auth/logout", {}, headers);
    await expect.poll(async () => (await other.send("/v1/auth/me", { headers })).status, WITHIN).toBe(401);

    await redis.flush();

    const newcomer = await startGateway();
    await expect.poll(async () => (await newcomer.send("/v1/auth/me", { headers })).status, WITHIN).toBe(401);
    expect((await gateway.send("/v1/auth/me", { headers })).status).toBe(401);
  });
});

describe.each(FAILURES)("while Redis is %s", (_, fail, mend) => {
  it("requests are served and limited, each in bounded time, and counted together again afterwards", async () => {
    await gateway.send("/v1/products", { headers: token });
    await fail();

    const answers = [];
    let slowestMs = 0;
    for (let count = 0; count < READS_PER_MINUTE + 10; count++) {
      const began = performance.now();
      answers.push((await gateway.send("/v1/products", { headers: token })).status);
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
    expect(answers).toEqual([
      ...Array.from({ length: READS_PER_MINUTE }, () => 200),
      ...Array.from({ length: 10 }, () => 429),
    ]);
    expect(slowestMs).toBeLessThan(1_000);
    expect(await fallbacks(gateway)).toBe(READS_PER_MINUTE + 10);

    await mend();
    await expect.poll(async () => (await gateway.send("/v1/products", { headers: token })).status, WITHIN).toBe(200);
    const [first, second] = [
      await gateway.send("/v1/products", { headers: token }),
      await other.send("/v1/products", { headers: token }),
    ];
    expect(remaining(first) - remaining(second)).toBe(1);
  });

  it("what needs a browser's login answers 503, and works again without a restart", async () => {
    const { cookie } = await logIn(gateway);
    await fail();

    const me = await gateway.send("/v1/auth/me", { headers: { cookie } });
    const login = await gateway.send("/v1/auth/login");
    expect([me.status, login.status]).toEqual([503, 503]);
    expect(await problemOf(me)).toMatchObject({ reason: "UNAVAILABLE" });

    await mend();
    // Redis that was killed has lost the session, but takes a new one.
    await expect.poll(async () => (await gateway.send("/v1/auth/login")).status, WITHIN).toBe(302);
    const again = await logIn(gateway);
    expect((await other.send("/v1/auth/me", { headers: { cookie: again.cookie } })).status).toBe(200);
  });

  it("a gateway starts and serves", async () => {
    await fail();

    const newcomer = await startGateway();

    expect((await newcomer.send("/v1/products", { headers: token })).status).toBe(200);
    await mend();
    await expect.poll(async () => (await newcomer.send("/v1/auth/login")).status, WITHIN).toBe(302);
  });
});

async function startGateway(): Promise<TestGateway> {
  const store = open.use(await redis.openStore());
  const started = await gatewayOn(
    store,
    issuer.url,
    (router) => void router.service(ProductService, { listProducts: () => ({}) }),
    { rateLimits: { read: READS_PER_MINUTE, write: 1_000, stream: 1_000, auth: 1_000 } },
  );
  const stop = new AbortController();
  const running = started.deniedSessions.task.run(stop.signal);
  open.defer(async () => {
    stop.abort();
    await running;
  });
  return started;
}

function remaining(answer: Response): number {
  return Number(answer.headers.get("ratelimit-remaining"));
}

async function fallbacks({ telemetry }: TestGateway): Promise<number | undefined> {
  const metric = await telemetry.meters.registry.getSingleMetric("rate_limit_fallbacks_total")?.get();
  return metric?.values[0]?.value;
}
