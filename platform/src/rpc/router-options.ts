import type { ConnectRouterOptions } from "@connectrpc/connect";
import type { Telemetry } from "../telemetry/resources.ts";
import type { Authenticator } from "./authenticate.ts";
import type { DeadlineOptions } from "./deadline.ts";
import type { ErrorOptions } from "./error.ts";
import { errorDomain, serverInterceptors } from "./interceptors.ts";
import { MESSAGE_BYTES_MAX, TIMER_MS_MAX } from "./limits.ts";
import { authenticationGate } from "./request-gate.ts";

export interface ServedCallOptions {
  /** The service's name: `orders`. */
  readonly name: string;
  readonly authenticate: Authenticator;
  readonly telemetry: Telemetry;
  readonly deadline?: Pick<DeadlineOptions, "defaultTimeoutMs" | "maxTimeoutMs" | "streamMaxAgeMs" | "recheckMs">;
  /** For tests that fail on it. */
  readonly onUndocumentedRefusal?: ErrorOptions["onUndocumentedRefusal"];
}

/**
 * What surrounds a service's routes, however calls come to them: the limits, the gate, the interceptors.
 *
 * @param draining aborts when streams must end.
 */
export function routerOptions(options: ServedCallOptions, draining: AbortSignal): ConnectRouterOptions {
  const { name, authenticate, telemetry, onUndocumentedRefusal } = options;
  const deadline = { ...options.deadline, recheck: authenticate.recheck, draining };
  return {
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
    maxTimeoutMs: TIMER_MS_MAX,
    // Inside a cluster compressing costs more than the bytes it saves.
    acceptCompression: [],
    interceptors: serverInterceptors({ name, telemetry, deadline, onUndocumentedRefusal }),
    requestGate: authenticationGate(authenticate, errorDomain(name), telemetry),
    grpcWeb: false,
    connect: false,
  };
}
