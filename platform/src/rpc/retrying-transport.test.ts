import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { toConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";
import { errorOf } from "../testing/refusal.ts";
import { type Outage, watchOutage } from "./outage.ts";
import { retryingTransport } from "./retrying-transport.ts";

const orderId = "0198f0a0-0000-7000-8000-000000000001";
const keyed = { headers: { "idempotency-key": "key-1" } };
const lost = new ConnectError("read ECONNRESET", Code.Aborted);
const notTaken = new ConnectError("Stream closed with error code NGHTTP2_REFUSED_STREAM", Code.Internal);
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const noService = new ConnectError("connect ECONNREFUSED", Code.Unavailable, undefined, undefined, refused);
const unavailable = toConnectError(new DomainError("unavailable", "UNAVAILABLE", "not now"), "orders.animal-delivery");
const late = new ConnectError("the operation timed out", Code.DeadlineExceeded);
const stale = toConnectError(new DomainError("stale", "ETAG_STALE", "changed"), "orders.animal-delivery");
const invalid = toConnectError(new DomainError("invalid", "INVALID_REQUEST", "no such sort"), "orders.animal-delivery");
const bug = toConnectError(new DomainError("internal", "INTERNAL", "internal error"), "orders.animal-delivery");

describe("a client", () => {
  it.each([
    ["a read when the connection broke", "getOrder", {}, lost, 3],
    ["a read when the service is away", "getOrder", {}, unavailable, 3],
    ["a keyed write when the connection broke", "cancelOrder", keyed, lost, 3],
    ["a keyed write when the service is away", "cancelOrder", keyed, unavailable, 3],
    ["a write without a key that the service did not take", "cancelOrder", {}, notTaken, 3],
    ["a write without a key that found no service", "cancelOrder", {}, noService, 3],
    ["no write without a key that may have been begun", "cancelOrder", {}, lost, 1],
    ["no write without a key that was answered", "cancelOrder", {}, unavailable, 1],
    ["nothing that was refused", "getOrder", {}, stale, 1],
    ["nothing that is a bug over there", "getOrder", {}, bug, 1],
  ] as const)("tries again %s", async (_, method, options, error, tries) => {
    const { client, calls } = failing(error, { retriesMax: 2 });

    expect(await errorOf(client[method]({ orderId }, options))).toBe(error);
    expect(calls).toHaveLength(tries);
  });

  it("answers with what a later try brings", async () => {
    const { client, calls } = failing(lost, { succeedAt: 3 });

    await expect(client.getOrder({ orderId })).resolves.toBeDefined();
    expect(calls).toHaveLength(3);
  });

  it("does not try longer than the call may take, and gives each try what is left in whole milliseconds", async () => {
    const { client, calls } = failing(lost, { retriesMax: 100, pauseMs: 10 });

    await errorOf(client.getOrder({ orderId }, { timeoutMs: 100 }));

    expect(calls.length).toBeGreaterThan(1);
    expect(calls.length).toBeLessThan(10);
    expect(calls).toEqual([...calls].sort((a, b) => b - a));
    expect(calls.every((timeoutMs) => Number.isInteger(timeoutMs))).toBe(true);
  });

  it("tries again for as long as the call may take, and tells what it met", async () => {
    const { client, calls } = failing(noService, { pauseMs: 5, pauseMsMax: 20 });

    expect(await errorOf(client.getOrder({ orderId }, { timeoutMs: 400 }))).toBe(noService);

    // Pauses that went on to double would leave room for eight.
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.at(-1)).toBeLessThan(60);
  });

  it.each([
    ["a read", "getOrder", noService],
    ["a write without a key, which may have been begun,", "cancelOrder", late],
  ] as const)("whose last try of %s was cut short tells what matters", async (_, method, told) => {
    const { client } = failing(noService, { thenError: late });

    expect(await errorOf(client[method]({ orderId }))).toBe(told);
  });

  it("tries five times more when the call may take for ever", async () => {
    const { client, calls } = failing(lost, {});

    await errorOf(client.getOrder({ orderId }));

    expect(calls).toHaveLength(6);
  });

  it.each([
    ["once when a service without its database has refused some calls meanwhile", invalid, 1],
    ["again when the service has done some work meanwhile", stale, 3],
  ])("tries %s", async (_, meanwhile, tries) => {
    let nowMs = 0;
    const outage = watchOutage(() => nowMs);
    for (const [atMs, error] of [
      [0, unavailable],
      [6_000, meanwhile],
      [9_000, unavailable],
    ] as const) {
      nowMs = atMs;
      await errorOf(failing(error, { retriesMax: 0, outage }).client.getOrder({ orderId }));
    }
    nowMs = 11_000;
    const { client, calls } = failing(unavailable, { retriesMax: 2, outage });

    await errorOf(client.getOrder({ orderId }));

    expect(calls).toHaveLength(tries);
  });

  it("stops when its caller gives up", async () => {
    const caller = new AbortController();
    const { client, calls } = failing(lost, { pauseMs: 60_000, onCall: () => setTimeout(() => caller.abort(), 5) });

    expect(await errorOf(client.getOrder({ orderId }, { signal: caller.signal }))).toBe(lost);
    expect(calls).toHaveLength(1);
  });
});

interface Failing {
  readonly retriesMax?: number;
  readonly pauseMs?: number;
  readonly pauseMsMax?: number;
  readonly succeedAt?: number;
  /** Of every try but the first. */
  readonly thenError?: ConnectError;
  readonly onCall?: () => void;
  readonly outage?: Outage;
}

/** A client whose calls fail; `calls` has the time that each try was given. */
function failing(error: ConnectError, { succeedAt = Infinity, thenError = error, onCall, ...retries }: Failing) {
  const calls: number[] = [];
  const inner = {
    unary: async (method: { output: unknown }, _signal: unknown, timeoutMs: number | undefined) => {
      calls.push(timeoutMs ?? Infinity);
      onCall?.();
      if (calls.length < succeedAt) throw calls.length === 1 ? error : thenError;
      return { stream: false, method, header: new Headers(), trailer: new Headers(), message: {} };
    },
  } as unknown as Transport;
  return { client: createClient(OrderService, retryingTransport(inner, { pauseMs: 1, ...retries })), calls };
}
