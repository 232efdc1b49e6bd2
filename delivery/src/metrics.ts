import { Counter, Gauge, Histogram } from "prom-client";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";

/** Ten minutes to three days: from across the street to across a continent. */
const DURATION_BUCKETS_S = [600, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 172_800, 259_200];

export type DeliveryMetrics = ReturnType<typeof createDeliveryMetrics>;

/** What delivery counts besides what every service counts. */
export function createDeliveryMetrics({ registry }: Meters) {
  const registers = [registry];
  return {
    started: new Counter({ name: "deliveries_started_total", help: "Deliveries started", registers }),
    completed: new Counter({ name: "deliveries_completed_total", help: "Deliveries handed over", registers }),
    statuses: new Counter({
      name: "deliveries_status_total",
      help: "Steps of deliveries, by the status they came to",
      labelNames: ["status"],
      registers,
    }),
    duration: new Histogram({
      name: "delivery_duration_seconds",
      help: "Time from the start of a delivery to its end, by the final status",
      labelNames: ["status"],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    positions: new Counter({ name: "delivery_positions_total", help: "Positions stored", registers }),
    streams: new Gauge({ name: "delivery_streams_open", help: "Open streams of TrackDelivery", registers }),
  };
}
