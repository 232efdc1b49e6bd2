// The gateway on real sockets; only the services behind it are in this process.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { runGateway, type RunningGateway } from "./run-gateway.ts";
import { bearer, gatewayFixture, ORIGIN } from "./testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "./testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

interface Served extends RunningGateway {
  readonly url: string;
  readonly stop: () => void;
  /** What became of the stream and the call below. */
  readonly events: string[];
}

/** A gateway before a stream that stays open and a call that never ends by itself. */
async function serve(): Promise<Served> {
  const events: string[] = [];
  const { gateway, telemetry } = await gatewayFixture(issuer.url, (router) => {
    router.service(DeliveryService, {
      async *trackDelivery(_request, { signal }) {
        void until(signal).then(() => events.push("stream ended"));
        yield { resumeToken: "1" };
        await until(signal);
        signal.throwIfAborted();
      },
    });
    router.service(OrderService, {
      getOrder: async (_request, { signal }) => {
        events.push("call began");
        await until(signal);
        events.push("call ended");
        return {};
      },
    });
  });
  const stopping = new AbortController();
  const here = { host: "127.0.0.1", port: 0 };
  const options = {
    gateway,
    telemetry,
    origin: ORIGIN,
    http: { ...here, https: undefined },
    ops: here,
    drainMs: 2_000,
  };
  const running = await runGateway(options, stopping.signal);
  return { ...running, url: `http://127.0.0.1:${running.port}`, stop: () => stopping.abort(), events };
}

async function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

describe("a client that goes away", () => {
  it("cancels its call", async () => {
    const { url, stop, stopped, events } = await serve();
    const gone = new AbortController();

    const answer = fetch(`${url}/v1/orders/${ID}`, { headers: customer, signal: gone.signal });
    answer.catch(() => undefined);
    await vi.waitFor(() => expect(events).toEqual(["call began"]));
    gone.abort();

    await expect(answer).rejects.toThrow("aborted");
    await vi.waitFor(() => expect(events).toEqual(["call began", "call ended"]));
    stop();
    await stopped;
  });

  it("ends its stream", async () => {
    const { url, stop, stopped, events } = await serve();
    const gone = new AbortController();

    const answer = await fetch(`${url}/v1/deliveries/${ID}/track`, { headers: customer, signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();

    await vi.waitFor(() => expect(events).toEqual(["stream ended"]));
    stop();
    await stopped;
  });
});

describe("draining", () => {
  it("ends streams with a problem, answers what is under way, and closes both ports", async () => {
    const { url, opsPort, stop, stopped } = await serve();
    const ops = `http://127.0.0.1:${opsPort}`;
    const stream = await fetch(`${url}/v1/deliveries/${ID}/track`, { headers: customer });
    const metrics = await (await fetch(`${ops}/metrics`)).text();
    const ready = await fetch(`${ops}/readyz`);

    stop();

    expect(await stream.text()).toContain("event: problem");
    await stopped;
    expect(ready.status).toBe(200);
    expect(metrics).toContain("http_requests_total");
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    await expect(fetch(`${ops}/healthz`)).rejects.toThrow("fetch failed");
  });

  it("cuts what does not end in time", async () => {
    const { url, stop, stopped, events } = await serve();
    const answer = fetch(`${url}/v1/orders/${ID}`, { headers: { ...customer, "grpc-timeout": "20S" } });
    answer.catch(() => undefined);
    await vi.waitFor(() => expect(events).toEqual(["call began"]));

    stop();
    await stopped;

    await expect(answer).rejects.toThrow("fetch failed");
  });
});

describe("a body", () => {
  it.each([
    ["announced", "x".repeat(2_000)],
    ["chunked", new Blob(["x".repeat(2_000)]).stream()],
  ])("that is too large, %s, is refused over the network too", async (_how, body) => {
    const { url, stop, stopped } = await serve();

    const headers = { ...customer, "content-type": "application/json" };
    const init = { method: "POST", headers, body, duplex: "half" };
    const answer = await fetch(`${url}/v1/orders`, init);

    expect([answer.status, ((await answer.json()) as { reason: string }).reason]).toEqual([413, "REQUEST_TOO_LARGE"]);
    stop();
    await stopped;
  });
});

describe("starting", () => {
  it("fails when the port is taken, and leaves nothing open", async () => {
    const first = await serve();
    const { gateway, telemetry } = await gatewayFixture(issuer.url);
    const here = { host: "127.0.0.1", port: 0 };
    const http = { host: "127.0.0.1", port: first.port, https: undefined };

    const second = runGateway({ gateway, telemetry, origin: ORIGIN, http, ops: here }, new AbortController().signal);

    await expect(second).rejects.toThrow("EADDRINUSE");
    first.stop();
    await first.stopped;
  });
});
