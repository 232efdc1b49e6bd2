import type { Tracer } from "@opentelemetry/api";
import type { Logger } from "../log/logger.ts";
import type { Meters } from "./metrics.ts";

/** How a service tells what it does. Handed in as a resource, never global, so services in one process keep their names. */
export interface Telemetry {
  readonly log: Logger;
  readonly tracer: Tracer;
  readonly meters: Meters;
}
