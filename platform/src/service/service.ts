import type { ConnectRouter } from "@connectrpc/connect";
import type { Operable } from "../operations/operable.ts";

/** Work that runs beside the RPCs for as long as the service does: a relay, a consumer, a purge. */
export interface Task {
  /** For logs and metrics: `relay`, `consume delivery.events`. */
  readonly name: string;
  /** Works until `stop` aborts, then ends soon. When it throws, or returns before, it is started again with back-off. */
  run(stop: AbortSignal): Promise<void>;
}

/** One thing without which the service cannot answer. */
export interface ReadinessCheck {
  /** `database`. */
  readonly name: string;
  /** Rejects while the thing is missing. Bounded by the caller to one second. */
  check(): Promise<void>;
}

/** A service as its `src/service.ts` makes it, ready to be run alone or beside others in one process. */
export interface Service {
  /** `orders`: its name in the policy, certificates, logs and metrics. */
  readonly name: string;
  routes(router: ConnectRouter): void;
  readonly tasks: readonly Task[];
  readonly checks: readonly ReadinessCheck[];
  /** What operators can get at; the service answers OperationsService when it says so. */
  readonly operable?: Operable;
}
