import { setTimeout as sleep } from "node:timers/promises";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { errorOf, refusalOf } from "../testing/refusal.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";

// What happens to calls when their server or their caller goes, over real HTTP/2.

const deliveryId = "0198f0a0-0000-7000-8000-000000000001";
const dispatcher = as("dora", "dispatcher");

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["delivery", "api-gateway"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("a draining server", () => {
  it("lets an open call finish", async () => {
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using delivery = await deliveryServer({
      getDelivery: async () => {
        begun.resolve();
        await end.promise;
        return { delivery: { deliveryId } };
      },
    });
    const call = delivery.client(DeliveryService).getDelivery({ deliveryId }, dispatcher);
    await begun.promise;

    const draining = delivery.server.drain(5_000);
    end.resolve();
    await draining;

    expect((await call).delivery).toMatchObject({ deliveryId });
  });

  it("ends streams with UNAVAILABLE", async () => {
    const begun = Promise.withResolvers<void>();
    await using delivery = await deliveryServer({
      async *trackDelivery() {
        yield {};
        begun.resolve();
        await new Promise(() => undefined);
      },
    });
    const reading = drained(delivery.client(DeliveryService).trackDelivery({ deliveryId }, dispatcher));
    const refusal = refusalOf(reading);
    await begun.promise;

    await delivery.server.drain(5_000);

    expect(await refusal).toMatchObject({ kind: "unavailable", message: "the server shuts down" });
  });

  it("cuts what does not end in time", async () => {
    const begun = Promise.withResolvers<void>();
    await using delivery = await deliveryServer({
      getDelivery: () => {
        begun.resolve();
        return new Promise<never>(() => undefined);
      },
    });
    const client = delivery.client(DeliveryService, "api-gateway", { retries: { retriesMax: 0 } });
    const failed = errorOf(client.getDelivery({ deliveryId }, { ...dispatcher, timeoutMs: 10_000 }));
    await begun.promise;

    await delivery.server.drain(100);

    await expect(failed).resolves.toBeDefined();
  });

  it("takes no more connections", async () => {
    await using delivery = await deliveryServer({ getDelivery: () => ({}) });
    await delivery.server.drain();
    const client = delivery.client(DeliveryService, "api-gateway", { retries: { retriesMax: 0 } });

    expect(await refusalOf(client.getDelivery({ deliveryId }, dispatcher))).toMatchObject({ kind: "unavailable" });
  });
});

describe("a caller that gives up", () => {
  it("cancels the handler", async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    await using delivery = await deliveryServer({
      getDelivery: async (_, { signal }) => {
        begun.resolve();
        await sleep(10_000, undefined, { signal }).catch(() => ended.resolve(String(signal.reason)));
        return {};
      },
    });
    const caller = new AbortController();
    const call = errorOf(
      delivery.client(DeliveryService).getDelivery({ deliveryId }, { ...dispatcher, signal: caller.signal }),
    );
    await begun.promise;

    caller.abort();

    expect(await ended.promise).toContain("CANCEL");
    await call;
  });

  it.each([
    ["reads", 1],
    ["stopped reading", 500_000],
  ])("ends the handler of a stream that it %s", async (_, bytes) => {
    const ended = Promise.withResolvers<string>();
    await using delivery = await deliveryServer({
      async *trackDelivery(_, { signal }) {
        try {
          for (;;) {
            yield { resumeToken: "x".repeat(bytes) };
            await sleep(1);
          }
        } finally {
          ended.resolve(signal.aborted ? "aborted" : "still wanted");
        }
      },
    });
    const caller = new AbortController();

    for await (const _ of delivery
      .client(DeliveryService)
      .trackDelivery({ deliveryId }, { ...dispatcher, signal: caller.signal })) {
      break;
    }
    caller.abort();

    expect(await ended.promise).toBe("aborted");
  });
});

describe("a refusal in the middle of a stream", () => {
  it("arrives with its code", async () => {
    await using delivery = await deliveryServer({
      async *trackDelivery() {
        yield {};
        await sleep(5);
        throw new DomainError("notFound", "DELIVERY_NOT_FOUND", "there is no such delivery");
      },
    });

    const reading = drained(delivery.client(DeliveryService).trackDelivery({ deliveryId }, dispatcher));

    expect(await refusalOf(reading)).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
  });
});

function deliveryServer(implementation: Parameters<typeof implement>[0]) {
  return rpcFixture({ certificates, name: "delivery", routes: implement(implementation) });
}

function implement(implementation: Partial<ServiceImpl<typeof DeliveryService>>): (router: ConnectRouter) => void {
  return (router) => router.service(DeliveryService, implementation);
}

async function drained(stream: AsyncIterable<unknown>): Promise<number> {
  let messages = 0;
  for await (const _ of stream) messages++;
  return messages;
}
