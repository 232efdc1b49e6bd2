import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Client, ConnectRouter } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";

// A GOAWAY on an idle connection and a request in one turn of the loop end a process that does not take care
// (connectrpc/connect-es#1768), and calls under way are lost with their connection.

const orderId = "0198f0a0-0000-7000-8000-000000000001";
const RESTARTS = 20;
const CALLS_PER_SERVER = 20;
const CALLS_OVER_AGES = 200;

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "api-gateway"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);
beforeEach(() => void process.prependListener("uncaughtException", onUncaught));
afterEach(() => void process.removeListener("uncaughtException", onUncaught));

describe("a server that restarts under load", () => {
  it.each([
    ["drains", 1_000],
    ["is cut off", 0],
  ])(
    "fails no call that may be repeated when it %s 20 times",
    async (_, graceMs) => {
      const server = await rpcFixture({ certificates, routes });
      const client = server.client(OrderService, "api-gateway", { timeoutMs: 10_000 });
      const load = startLoad(client);

      let running = server;
      for (let restart = 0; restart < RESTARTS; restart++) {
        const goal = load.done() + CALLS_PER_SERVER;
        await expect.poll(load.done, { timeout: 10_000, interval: 5 }).toBeGreaterThan(goal);
        await running.server.drain(graceMs);
        running = await rpcFixture({ certificates, routes, server: { port: server.server.port } });
      }
      const failures = await load.stop();
      await running.server.drain();

      expect(failures).toEqual([]);
      expect(uncaught).toEqual([]);
      expect(load.done()).toBeGreaterThan(RESTARTS * CALLS_PER_SERVER);
    },
    60_000,
  );

  it("does no harm to a client whose call meets the GOAWAY on an idle connection", async () => {
    const first = await rpcFixture({ certificates, routes });
    const client = first.client(OrderService, "api-gateway", { timeoutMs: 10_000 });
    let running = first;
    for (let turns = 0; turns < 30; turns++) {
      await read(client);
      const drained = running.server.drain();
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      const answer = read(client);
      await drained;
      running = await rpcFixture({ certificates, routes, server: { port: first.server.port } });

      await expect(answer).resolves.toBeDefined();
    }
    await running.server.drain();

    expect(uncaught).toEqual([]);
  }, 60_000);
});

describe("a connection of its maximum age", () => {
  it("is followed by another one, and no call is lost, not even a write without a key", async () => {
    await using server = await rpcFixture({ certificates, routes, server: { connectionMaxAgeMs: 20 } });
    const client = server.client(OrderService, "api-gateway", { timeoutMs: 10_000 });
    const calls = { ok: 0 };

    const until = Date.now() + 1_000;
    const work = async (): Promise<void> => {
      while (Date.now() < until || calls.ok < CALLS_OVER_AGES) {
        await client.cancelOrder({ orderId, reason: "changed my mind" }, as("ada", "customer"));
        calls.ok++;
      }
    };
    await Promise.all(Array.from({ length: 10 }, work));

    expect(calls.ok).toBeGreaterThanOrEqual(CALLS_OVER_AGES);
    expect(uncaught).toEqual([]);
  }, 20_000);
});

function routes(router: ConnectRouter): void {
  router.service(OrderService, {
    getOrder: ({ orderId }) => ({ order: { orderId } }),
    cancelOrder: ({ orderId }) => ({ order: { orderId } }),
  });
}

function read(client: Client<typeof OrderService>): Promise<unknown> {
  return client.getOrder({ orderId }, as("ada", "customer"));
}

function write(client: Client<typeof OrderService>): Promise<unknown> {
  const headers = new Headers(as("ada", "customer").headers);
  headers.set("idempotency-key", crypto.randomUUID());
  return client.cancelOrder({ orderId, reason: "changed my mind" }, { headers });
}

/** Ten readers and ten writers, each with one call after the other. */
function startLoad(client: Client<typeof OrderService>) {
  let done = 0;
  let stopped = false;
  const failures: unknown[] = [];
  const work = async (call: typeof read): Promise<void> => {
    while (!stopped) {
      await call(client).catch((error: unknown) => failures.push(error));
      done++;
    }
  };
  const workers = Array.from({ length: 20 }, (_, index) => work(index % 2 === 0 ? read : write));
  return {
    done: () => done,
    stop: async () => {
      stopped = true;
      await Promise.all(workers);
      return failures;
    },
  };
}
