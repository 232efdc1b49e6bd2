import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { type Client, type ConnectRouter, createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { as, rpcFixture, type RpcFixture } from "../testing/rpc-fixture.ts";
import { retryingTransport } from "./retrying-transport.ts";
import { createTransport } from "./transport.ts";

// Replicas behind one name: servers on loopback addresses of their own, all at one port, as behind a DNS name.

const orderId = "0198f0a0-0000-7000-8000-000000000001";
const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "api-gateway"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

/** Calls served, by the address that served them. */
const served = new Map<string, number>();
beforeEach(() => served.clear());

describe("calls to a name with several addresses", () => {
  it("are shared out evenly, however many are under way", async () => {
    await using replicas = await startReplicas(ADDRESSES);
    const client = replicas.client(() => ADDRESSES);

    await expect.poll(() => servers(client), { interval: 5 }).toEqual(ADDRESSES);
    served.clear();
    await Promise.all(Array.from({ length: 30 }, () => calls(client, 10)));

    expect([...served.values()].reduce((sum, count) => sum + count)).toBe(300);
    expect(Math.max(...served.values()) / Math.min(...served.values())).toBeLessThanOrEqual(1.1);
  });

  it("reach a replica that took the place of another, and none that the name does not stand for any more", async () => {
    await using replicas = await startReplicas(ADDRESSES);
    let known: readonly string[] = ["127.0.0.1", "127.0.0.2"];
    const client = replicas.client(() => known);
    await expect.poll(() => servers(client), { interval: 5 }).toEqual(known);

    known = ["127.0.0.3"];
    await replicas.stop("127.0.0.1");

    await expect.poll(() => servers(client), { timeout: 5_000 }).toEqual(known);
  });

  it("go to the others when one is not there, none of them in vain", async () => {
    await using replicas = await startReplicas(["127.0.0.2"]);
    const client = replicas.client(() => ADDRESSES);

    await calls(client, 20);

    expect(served.get("127.0.0.2")).toBe(20);
  });

  it("go to the others while one drains, none of them in vain, and back when it is there again", async () => {
    await using replicas = await startReplicas(ADDRESSES);
    const client = replicas.client(() => ADDRESSES);
    await expect.poll(() => servers(client), { interval: 5 }).toEqual(ADDRESSES);
    const load = Array.from({ length: 10 }, () => calls(client, 100));

    await replicas.stop("127.0.0.2");
    await Promise.all(load);
    expect(await servers(client)).toEqual(["127.0.0.1", "127.0.0.3"]);
    await replicas.start("127.0.0.2");

    await expect.poll(() => servers(client), { timeout: 5_000 }).toEqual(ADDRESSES);
  }, 30_000);

  it("pass over a replica that has taken many and answers none", async () => {
    const released = Promise.withResolvers<void>();
    let hanging: string | undefined;
    await using replicas = await startReplicas(ADDRESSES, async (address) => {
      if (address === hanging) await released.promise;
    });
    const client = replicas.client(() => ADDRESSES);
    await expect.poll(() => servers(client), { interval: 5 }).toEqual(ADDRESSES);

    served.clear();
    hanging = "127.0.0.2";
    let finished = 0;
    const callers = Array.from({ length: 60 }, async () => {
      await calls(client, 5);
      finished += 1;
    });
    const hanged = () => served.get("127.0.0.2") ?? 0;
    // Who is not through hangs: nothing is under way at the others any more.
    await expect.poll(() => finished + hanged(), { timeout: 10_000 }).toBe(callers.length);
    const waiting = hanged();
    expect(await servers(client)).toEqual(["127.0.0.1", "127.0.0.3"]);
    expect([waiting > 16, waiting < callers.length]).toEqual([true, true]);

    released.resolve();
    await Promise.all(callers);
  }, 30_000);

  it("fail as unavailable when the name stands for nothing", async () => {
    await using replicas = await startReplicas([]);
    const client = replicas.client(() => {
      throw new Error("ENOTFOUND");
    });

    await expect(get(client)).rejects.toThrow("[unavailable] orders has no address");
  });
});

interface Replicas extends AsyncDisposable {
  client(resolve: () => readonly string[]): Client<typeof OrderService>;
  start(address: string): Promise<void>;
  stop(address: string): Promise<void>;
}

/** @param work is done by a replica before it answers. */
async function startReplicas(
  addresses: readonly string[],
  work: (address: string) => Promise<void> = async () => undefined,
): Promise<Replicas> {
  const running = new Map<string, RpcFixture>();
  let port = 0;
  const start = async (address: string): Promise<void> => {
    const routes = (router: ConnectRouter): void => {
      router.service(OrderService, {
        async getOrder({ orderId }) {
          served.set(address, (served.get(address) ?? 0) + 1);
          await work(address);
          return { order: { orderId } };
        },
      });
    };
    const replica = await rpcFixture({ certificates, routes, server: { host: address, port } });
    port = replica.server.port;
    running.set(address, replica);
  };
  for (const address of addresses) await start(address);
  return {
    client: (resolve) => {
      const address = `https://orders:${port}`;
      const tls = certificates.tlsOf("api-gateway");
      const names = async (): Promise<readonly string[]> => resolve();
      const transport = createTransport({
        address,
        tls,
        peer: "orders",
        interceptors: [],
        resolve: names,
      });
      return createClient(OrderService, retryingTransport(transport));
    },
    start,
    stop: async (address) => running.get(address)?.server.drain(5_000),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running.values()].map((replica) => replica[Symbol.asyncDispose]()));
    },
  };
}

async function get(client: Client<typeof OrderService>): Promise<void> {
  await client.getOrder({ orderId }, as("ada", "customer"));
}

/** So many calls, one after the other. */
async function calls(client: Client<typeof OrderService>, count: number): Promise<void> {
  for (let call = 0; call < count; call++) await get(client);
}

/** Who serves at this moment. */
async function servers(client: Client<typeof OrderService>): Promise<readonly string[]> {
  served.clear();
  await calls(client, 2 * ADDRESSES.length);
  return [...served.keys()].sort();
}
