import { Counter } from "prom-client";
import { describe, expect, it } from "vitest";
import { testTelemetry } from "../testing/telemetry.ts";
import { startOpsServer } from "./ops-server.ts";

describe("the ops server", () => {
  it("shows the metrics in OpenMetrics", async () => {
    const { meters } = testTelemetry("orders");
    new Counter({ name: "orders_created_total", help: "orders", registers: [meters.registry] }).inc(3);
    const ops = await startOpsServer({ host: "127.0.0.1", port: 0, checks: [], meters });

    const response = await fetch(`http://127.0.0.1:${ops.port}/metrics`);

    expect(response.headers.get("content-type")).toContain("application/openmetrics-text");
    expect(await response.text()).toMatch(/orders_created_total\{service="orders"\} 3[^]*# EOF\n$/);
    await ops.close();
  });

  it("tells of each check in a metric", async () => {
    const { meters } = testTelemetry("orders");
    const checks = [
      { name: "database", check: () => Promise.resolve() },
      { name: "bus", check: () => Promise.reject(new Error("away")) },
    ];
    const ops = await startOpsServer({ host: "127.0.0.1", port: 0, checks, meters });

    const text = await (await fetch(`http://127.0.0.1:${ops.port}/metrics`)).text();

    expect(text).toContain('readiness_check{check="database",service="orders"} 1');
    expect(text).toContain('readiness_check{check="bus",service="orders"} 0');
    await ops.close();
  });

  it.each([
    ["GET", "/"],
    ["GET", "/constructor"],
    ["POST", "/healthz"],
  ])("knows no %s %s", async (method, path) => {
    const ops = await startOpsServer({ host: "127.0.0.1", port: 0, checks: [], meters: testTelemetry().meters });

    expect((await fetch(`http://127.0.0.1:${ops.port}${path}`, { method })).status).toBe(404);
    await ops.close();
  });
});
