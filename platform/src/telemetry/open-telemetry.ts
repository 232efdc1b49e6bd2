import type TransportStream from "winston-transport";
import type { Bus } from "../bus/bus.ts";
import { BusTransport } from "../log/bus-transport.ts";
import type { LogLevel } from "../log/level.ts";
import { createLogger } from "../log/logger.ts";
import { stdoutTransport } from "../log/stdout-transport.ts";
import { createMeters } from "./metrics.ts";
import type { Telemetry } from "./resources.ts";
import { createTracing, type TraceOptions } from "./tracing.ts";

/** A service's telemetry and what is behind it; disposing sends the last spans. */
export interface OpenTelemetry extends Telemetry, AsyncDisposable {
  /** The same with a logger that does not write to the bus: for the bus client and the consumer of `logs`. */
  readonly besideBus: Telemetry;
  /** From now on log lines go to the bus too. Dispose what comes back before the bus: it sends the last lines. */
  sendLines(bus: Bus): AsyncDisposable;
}

export interface OpenTelemetryOptions {
  readonly logLevel: LogLevel;
  /** Spans have ids alone unless given. */
  readonly traces?: TraceOptions | undefined;
  /** Where lines go besides the bus; standard output unless given. */
  readonly sinks?: readonly TransportStream[];
}

/** Opens the telemetry of a service: lines on stdout and, once the bus is there, on its topic `logs`. */
export function openTelemetry(service: string, options: OpenTelemetryOptions): OpenTelemetry {
  const { logLevel: level, traces, sinks = [stdoutTransport()] } = options;
  const meters = createMeters(service);
  const tracing = createTracing({ ...traces, service, meters });
  const { tracer } = tracing;
  const lines = new BusTransport({ service, meters });
  const log = createLogger({ service, level, transports: [...sinks, lines] });
  return {
    log,
    meters,
    tracer,
    besideBus: { log: createLogger({ service, level, transports: sinks }), meters, tracer },
    sendLines(bus) {
      lines.connect(bus);
      return { [Symbol.asyncDispose]: () => lines.drain() };
    },
    [Symbol.asyncDispose]: () => tracing.shutdown(),
  };
}
