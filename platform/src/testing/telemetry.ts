import TransportStream from "winston-transport";
import { createLogger } from "../log/logger.ts";
import { createMeters } from "../telemetry/metrics.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createTracing } from "../telemetry/tracing.ts";

/** A log line as it was written. */
export type CapturedLine = Record<string, unknown> & { readonly level: string; readonly message: string };

/** Telemetry that keeps its log lines, from debug on, instead of printing them. */
export interface TestTelemetry extends Telemetry {
  /** The lines written up to now, in order. */
  readonly lines: readonly CapturedLine[];
}

export function testTelemetry(service = "test"): TestTelemetry {
  const lines: CapturedLine[] = [];
  const capture = new TransportStream({
    log: (info: { message: string }, next: () => void) => {
      lines.push(JSON.parse(info.message) as CapturedLine);
      next();
    },
  });
  const meters = createMeters(service);
  return {
    log: createLogger({ service, level: "debug", transports: [capture] }),
    tracer: createTracing({ service, meters }).tracer,
    meters,
    lines,
  };
}
