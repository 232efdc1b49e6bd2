import { setTimeout as sleep } from "node:timers/promises";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { HandlerContext } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { currentContext } from "../request-context.ts";
import { userGrant } from "../testing/grants.ts";
import { refusalOf } from "../testing/refusal.ts";
import type { DeadlineOptions } from "./deadline.ts";
import { inMemoryClient } from "./in-memory.ts";

const grant = userGrant({ subject: "ada" });
const orderId = "0198f0a0-0000-7000-8000-000000000001";
const timeUp = { kind: "deadlineExceeded", reason: "DEADLINE_EXCEEDED" };
const never = new Promise<never>(() => undefined);

describe("a unary call", () => {
  it("ends at the default deadline, though its handler does not listen", async () => {
    const client = orders(() => never, { defaultTimeoutMs: 20 });

    expect(await refusalOf(client.getOrder({ orderId }))).toMatchObject(timeUp);
  });

  it("ends at the caller's deadline", async () => {
    const client = orders(() => never);

    expect(await refusalOf(client.getOrder({ orderId }, { timeoutMs: 20 }))).toMatchObject(timeUp);
  });

  it("is cut to the longest time that a server gives", async () => {
    const client = orders(() => never, { maxTimeoutMs: 20 });

    expect(await refusalOf(client.getOrder({ orderId }, { timeoutMs: 60_000 }))).toMatchObject(timeUp);
  });

  it("tells its handler when the time is over, by the context's signal and the request context's", async () => {
    const aborted: unknown[] = [];
    const client = orders(
      async ({ signal }) => {
        const current = currentContext()?.signal;
        await sleep(10_000, undefined, { signal }).catch(() => aborted.push(signal.reason, current?.aborted));
        throw new Error("a query was cancelled");
      },
      { defaultTimeoutMs: 20 },
    );

    expect(await refusalOf(client.getOrder({ orderId }))).toMatchObject(timeUp);
    await expect.poll(() => aborted).toEqual([expect.objectContaining(timeUp), true]);
  });

  it("knows in its request context when it must be done", async () => {
    const left: number[] = [];
    const client = orders(() => left.push((currentContext()?.deadlineAt ?? 0) - Date.now()), { defaultTimeoutMs: 900 });

    await client.getOrder({ orderId });
    await client.getOrder({ orderId }, { timeoutMs: 500 });

    expect(left[0]).toBeGreaterThan(500);
    expect(left[0]).toBeLessThanOrEqual(900);
    expect(left[1]).toBeLessThanOrEqual(500);
  });

  it("keeps a refusal that its handler had decided on when the time ran out", async () => {
    const client = orders(
      async ({ signal }) => {
        await sleep(5).then(() => undefined);
        if (signal.aborted) return;
        throw new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order");
      },
      { defaultTimeoutMs: 1_000 },
    );

    expect(await refusalOf(client.getOrder({ orderId }))).toMatchObject({ reason: "ORDER_NOT_FOUND" });
  });
});

describe("a stream", () => {
  it("ends at its maximum age with UNAVAILABLE, so that its caller comes again", async () => {
    const client = deliveries(
      async function* () {
        yield {};
        await never;
      },
      { streamMaxAgeMs: 30 },
    );

    expect(await refusalOf(drained(client.trackDelivery({ deliveryId: orderId })))).toMatchObject({
      kind: "unavailable",
      message: "the stream reached its maximum age",
    });
  });

  it("has no deadline of its own", async () => {
    const client = deliveries(
      async function* () {
        yield {};
        await sleep(60);
        yield {};
      },
      { defaultTimeoutMs: 10, maxTimeoutMs: 10 },
    );

    expect(await drained(client.trackDelivery({ deliveryId: orderId }))).toBe(2);
  });

  it("ends when its grant is good no more", async () => {
    const client = deliveries(
      async function* () {
        yield {};
        await never;
      },
      {
        recheckMs: 10,
        recheck: () => {
          throw new DomainError("unauthenticated", "TOKEN_INVALID", "the session has ended");
        },
      },
    );

    const refusal = await refusalOf(drained(client.trackDelivery({ deliveryId: orderId })));

    expect(refusal).toMatchObject({ kind: "unauthenticated", reason: "TOKEN_INVALID" });
  });

  it("ends when a look that takes its time finds that its caller is good no more, one look at a time", async () => {
    let looks = 0;
    let atOnce = 0;
    const client = deliveries(
      async function* () {
        yield {};
        await never;
      },
      {
        recheckMs: 2,
        recheck: async () => {
          looks += 1;
          atOnce += 1;
          expect(atOnce).toBe(1);
          await sleep(20);
          atOnce -= 1;
          if (looks === 3) throw new DomainError("unauthenticated", "TOKEN_INVALID", "the session has ended");
        },
      },
    );

    expect(await refusalOf(drained(client.trackDelivery({ deliveryId: orderId })))).toMatchObject({
      kind: "unauthenticated",
      message: "the session has ended",
    });
    expect(looks).toBe(3);
  });

  it("ends when the server drains", async () => {
    const draining = new AbortController();
    const client = deliveries(
      async function* () {
        yield {};
        draining.abort();
        await never;
      },
      { draining: draining.signal },
    );

    expect(await refusalOf(drained(client.trackDelivery({ deliveryId: orderId })))).toMatchObject({
      kind: "unavailable",
      message: "the server shuts down",
    });
  });

  it("delivers what came before a refusal, and then the refusal as it was thrown", async () => {
    const client = deliveries(async function* () {
      yield {};
      yield {};
      await sleep(1);
      throw new DomainError("notFound", "DELIVERY_NOT_FOUND", "there is no such delivery");
    });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of client.trackDelivery({ deliveryId: orderId })) seen++;
    })();

    expect(await refusalOf(reading)).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
    expect(seen).toBe(2);
  });

  it("has its request context in every pull", async () => {
    const ids: (string | undefined)[] = [];
    const client = deliveries(async function* () {
      for (let pull = 0; pull < 3; pull++) {
        ids.push(currentContext()?.requestId);
        yield {};
        await sleep(1);
      }
    });

    await drained(client.trackDelivery({ deliveryId: orderId }, { headers: { "x-request-id": "request-1" } }));

    expect(ids).toEqual(["request-1", "request-1", "request-1"]);
  });
});

function orders(handle: (context: HandlerContext) => unknown, deadline: DeadlineOptions = {}) {
  return inMemoryClient(
    OrderService,
    (router) =>
      router.service(OrderService, {
        getOrder: async (_, context) => {
          await handle(context);
          return {};
        },
      }),
    { grant, deadline },
  );
}

function deliveries(track: (context: HandlerContext) => AsyncGenerator<object>, deadline: DeadlineOptions = {}) {
  return inMemoryClient(
    DeliveryService,
    (router) => router.service(DeliveryService, { trackDelivery: (_, context) => track(context) }),
    { grant, deadline },
  );
}

/** How many messages came. */
async function drained(stream: AsyncIterable<unknown>): Promise<number> {
  let messages = 0;
  for await (const _ of stream) messages++;
  return messages;
}
