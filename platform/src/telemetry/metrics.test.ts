import { Histogram } from "prom-client";
import { describe, expect, it } from "vitest";
import { createMeters } from "./metrics.ts";

describe("createMeters", () => {
  it("keeps the metrics of two services in one process apart, each with its label", async () => {
    const orders = createMeters("orders");
    const delivery = createMeters("delivery");

    expect(await orders.registry.metrics()).toMatch(/nodejs_eventloop_lag_p99_seconds\{service="orders"\}/);
    expect(await orders.registry.metrics()).not.toContain("delivery");
    expect(await delivery.registry.metrics()).toMatch(/process_cpu_seconds_total\{service="delivery"\}/);
  });

  it("tell what runs and how busy its event loop is", async () => {
    const { registry } = createMeters("orders");

    const metrics = await registry.metrics();

    expect(metrics).toMatch(/^service_info\{version="\d+\.\d+\.\d+",node="v\d+.*",service="orders"\} 1$/m);
    const busy = /^nodejs_eventloop_utilization_ratio\{.*\} (.*)$/m.exec(metrics)?.[1];
    expect(Number(busy)).toBeGreaterThan(0);
    expect(Number(busy)).toBeLessThanOrEqual(1);
  });

  it("exposes exemplars, which only OpenMetrics can carry", async () => {
    const { registry } = createMeters("orders");
    const duration = new Histogram({
      name: "work_duration_seconds",
      help: "How long work takes.",
      buckets: [0.1],
      enableExemplars: true,
      registers: [registry],
    });

    duration.observe({ value: 0.05, labels: {}, exemplarLabels: { trace_id: "abc" } });

    expect(registry.contentType).toContain("application/openmetrics-text");
    expect(await registry.metrics()).toMatch(/# \{trace_id="abc"\} 0.05/);
  });
});
