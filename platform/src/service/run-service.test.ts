import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadAccess } from "../access/access.ts";
import { createDeniedSessions } from "../access/denied-sessions.ts";
import { createMemoryStore } from "../kv/memory.ts";
import { createRpcClient } from "../rpc/client.ts";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { refusalOf } from "../testing/refusal.ts";
import { as, testVerifier } from "../testing/rpc-fixture.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { runService } from "./run-service.ts";
import type { Service } from "./service.ts";

const orderId = "0198f0a0-0000-7000-8000-000000000001";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "api-gateway", "ops"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("a running service", () => {
  it("answers calls and the ops port, runs its tasks, and stops all of it", async () => {
    const stop = new AbortController();
    const events: string[] = [];
    const { running, client, ops } = await started(stop, {
      tasks: [
        {
          name: "relay",
          run: async (stopping) => {
            events.push("task began");
            await new Promise((resolve) => stopping.addEventListener("abort", resolve));
            events.push("task ended");
          },
        },
      ],
    });

    await expect(client.getOrder({ orderId }, as("ada", "customer"))).resolves.toBeDefined();
    expect(await ops("/healthz")).toEqual([200, { status: "ok" }]);
    expect(await ops("/readyz")).toEqual([200, { status: "ready", checks: { "accepts calls": "ok", database: "ok" } }]);

    stop.abort();
    await running.stopped;

    expect(events).toEqual(["task began", "task ended"]);
    await expect(ops("/healthz")).rejects.toThrow("fetch failed");
    expect(await refusalOf(client.getOrder({ orderId }, as("ada", "customer")))).toMatchObject({ kind: "unavailable" });
  });

  it("is not ready while a check fails, and says which", async () => {
    const stop = new AbortController();
    const check = () => Promise.reject(new Error("connection refused"));
    const { running, ops } = await started(stop, { checks: [{ name: "database", check }] });

    expect(await ops("/readyz")).toEqual([
      503,
      { status: "not ready", checks: { "accepts calls": "ok", database: "failed" } },
    ]);
    expect((await ops("/healthz"))[0]).toBe(200);
    stop.abort();
    await running.stopped;
  });

  it("takes a check that hangs as failed", async () => {
    const stop = new AbortController();
    const check = () => new Promise<never>(() => undefined);
    const { running, ops } = await started(stop, { checks: [{ name: "database", check }] });

    expect((await ops("/readyz"))[0]).toBe(503);
    stop.abort();
    await running.stopped;
  });

  it("starts a task again that failed, and counts it", async () => {
    const stop = new AbortController();
    let runs = 0;
    const { running, telemetry } = await started(stop, {
      tasks: [
        {
          name: "relay",
          run: async (stopping) => {
            runs++;
            if (runs === 1) throw new Error("broken");
            if (runs === 2) return;
            await new Promise((resolve) => stopping.addEventListener("abort", resolve));
          },
        },
      ],
    });

    await expect.poll(() => runs, { timeout: 5_000 }).toBe(3);

    expect(await telemetry.meters.registry.getSingleMetricAsString("task_restarts_total")).toMatch(
      /task="relay".* 2$/m,
    );
    stop.abort();
    await running.stopped;
  });

  it("answers its operators, who come with a certificate and a token of their own, about its tasks", async () => {
    const stop = new AbortController();
    const ends = Promise.withResolvers<void>();
    const { running, telemetry } = await started(stop, {
      operable: { audit: () => Promise.resolve() },
      tasks: [
        {
          name: "relay",
          run: (stopping) => new Promise((resolve) => stopping.addEventListener("abort", () => resolve())),
        },
        { name: "consumer", run: () => ends.promise },
      ],
    });
    const operator = createRpcClient(OperationsService, {
      address: `https://127.0.0.1:${running.rpcPort}`,
      tls: certificates.tlsOf("ops"),
      telemetry,
      peer: "orders",
    });
    const jobs = async () => (await operator.listJobs({}, as("root", "admin"))).jobs;
    expect(await jobs()).toMatchObject([
      { name: "consumer", running: true, restarts: 0n, lastError: "" },
      { name: "relay", running: true, restarts: 0n, lastError: "" },
    ]);

    ends.reject(new Error("broken"));

    await expect.poll(jobs).toMatchObject([{ restarts: 1n, lastError: "Error: broken" }, { restarts: 0n }]);
    expect(await refusalOf(operator.listJobs({}))).toMatchObject({ reason: "TOKEN_INVALID" });
    expect(await refusalOf(operator.listJobs({}, as("dora", "dispatcher")))).toMatchObject({ reason: "ACCESS_DENIED" });
    stop.abort();
    await running.stopped;
  });

  it("does not wait for ever for a task that does not end", async () => {
    const stop = new AbortController();
    const { running, telemetry } = await started(stop, {
      tasks: [{ name: "stubborn", run: () => new Promise(() => undefined) }],
    });

    stop.abort();
    await running.stopped;

    expect(telemetry.lines).toContainEqual(expect.objectContaining({ message: "tasks did not end in time" }));
  });

  it("refuses the tokens of a session that ended", async () => {
    const stop = new AbortController();
    await using kv = createMemoryStore();
    const deniedSessions = createDeniedSessions(kv, testTelemetry());
    const { running, client } = await started(stop, {}, deniedSessions);
    await client.getOrder({ orderId }, as("ada", "customer"));

    await deniedSessions.deny("session-ada", 60_000);

    expect(await refusalOf(client.getOrder({ orderId }, as("ada", "customer")))).toMatchObject({
      reason: "TOKEN_INVALID",
    });
    stop.abort();
    await running.stopped;
  });

  it("closes what it opened when a port is taken", async () => {
    const stop = new AbortController();
    const { running } = await started(stop, {});

    await expect(started(stop, {}, undefined, running.rpcPort)).rejects.toThrow("EADDRINUSE");
    stop.abort();
    await running.stopped;
  });
});

async function started(
  stop: AbortController,
  parts: Partial<Service>,
  deniedSessions?: ReturnType<typeof createDeniedSessions>,
  port = 0,
) {
  const telemetry = testTelemetry("orders");
  const service: Service = {
    name: "orders",
    routes: (router) => void router.service(OrderService, { getOrder: () => ({}) }),
    tasks: [],
    checks: [{ name: "database", check: async () => undefined }],
    ...parts,
  };
  const options = {
    service,
    rpc: { host: "127.0.0.1", port, tls: certificates.tlsOf("orders") },
    ops: { host: "127.0.0.1", port: 0 },
    telemetry,
    access: await loadAccess(),
    verifier: testVerifier,
    deniedSessions,
    drainMs: 200,
  };
  const running = await runService(options, stop.signal);
  const client = createRpcClient(OrderService, {
    address: `https://127.0.0.1:${running.rpcPort}`,
    tls: certificates.tlsOf("api-gateway"),
    telemetry,
    retries: { retriesMax: 0 },
  });
  const ops = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`http://127.0.0.1:${running.opsPort}${path}`);
    return [response.status, await response.json()];
  };
  return { running, client, ops, telemetry };
}
