import type { Interceptor } from "@connectrpc/connect";
import type { Telemetry } from "../telemetry/resources.ts";
import { deadlineInterceptor, type DeadlineOptions } from "./deadline.ts";
import { errorInterceptor, type ErrorOptions } from "./error.ts";
import { logInterceptor, logRequestInterceptor } from "./log.ts";
import { metricsInterceptor } from "./metrics.ts";
import { traceServerInterceptor } from "./trace-server.ts";
import { validateInterceptor } from "./validate.ts";

export interface ServerInterceptorOptions {
  /** The service's name: `orders`. */
  readonly name: string;
  readonly telemetry: Telemetry;
  readonly deadline?: DeadlineOptions | undefined;
  readonly onUndocumentedRefusal?: ErrorOptions["onUndocumentedRefusal"];
}

/** What surrounds every handler, the outermost first. Authentication ran before, in the request gate. */
export function serverInterceptors(options: ServerInterceptorOptions): Interceptor[] {
  const { telemetry, onUndocumentedRefusal } = options;
  const domain = errorDomain(options.name);
  const outermostFirst = [
    traceServerInterceptor(telemetry.tracer),
    logInterceptor(telemetry.log),
    metricsInterceptor(telemetry.meters, "server"),
    errorInterceptor({ domain, log: telemetry.log, onUndocumentedRefusal }),
    deadlineInterceptor(options.deadline),
    validateInterceptor(domain),
    logRequestInterceptor(telemetry.log),
  ];
  return outermostFirst;
}

/** Who refuses, in ErrorInfo: `orders.animal-delivery`. */
export function errorDomain(name: string): string {
  return `${name}.animal-delivery`;
}
