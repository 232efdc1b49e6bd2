import { collectDefaultMetrics, openMetricsContentType, Registry, type OpenMetricsContentType } from "prom-client";

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
  return { registry };
}
