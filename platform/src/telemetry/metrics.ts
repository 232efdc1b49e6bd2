import { performance } from "node:perf_hooks";
import {
  collectDefaultMetrics,
  Gauge,
  openMetricsContentType,
  Registry,
  type OpenMetricsContentType,
} from "prom-client";
import { VERSION } from "../version.ts";

/** A service's metrics. */
export interface Meters {
  /** Register every metric here: `new Counter({ ..., registers: [meters.registry] })`. Speaks OpenMetrics, for exemplars. */
  readonly registry: Registry<OpenMetricsContentType>;
}

/**
 * A registry of the service's own, where each series carries the label `service`. Holds the process and event loop metrics
 * from the start.
 */
export function createMeters(service: string): Meters {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(openMetricsContentType);
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  measureEventLoop(registry);
  new Gauge({
    name: "service_info",
    help: "1; its labels tell what runs",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version: VERSION, node: process.version }, 1);
  return { registry };
}

function measureEventLoop(registry: Meters["registry"]): void {
  let last = performance.eventLoopUtilization();
  const gauge: Gauge = new Gauge({
    name: "nodejs_eventloop_utilization_ratio",
    help: "Share of the time since the last look in which the event loop was busy, 0 to 1",
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      gauge.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
}
