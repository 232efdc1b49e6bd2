import { createDeniedSessions, type DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { BusOptions } from "@animal-delivery/platform/bus/bus-options";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import type { RunServiceOptions } from "@animal-delivery/platform/service/run-service";
import { runService } from "@animal-delivery/platform/service/run-service";
import type { Service } from "@animal-delivery/platform/service/service";
import type { OpenTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { type TlsFiles, type TlsMaterial, watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { DRAIN_MS } from "../limits.ts";
import { type PartName, type Surroundings, telemetryOf } from "../surroundings.ts";

/** A service, or the gateway, as part of this process. */
export interface RunningPart {
  /** Resolves when it has drained and let go of everything, after `stop` aborted. */
  readonly stopped: Promise<void>;
}

/** What each service is made of. */
export interface Parts {
  readonly telemetry: OpenTelemetry;
  readonly bus: Bus;
  readonly tls: TlsMaterial;
  readonly deniedSessions: DeniedSessions;
  /** Ends with the service. */
  readonly open: AsyncDisposableStack;
}

export interface PartConfig extends Pick<RunServiceOptions, "ops"> {
  readonly rpc: Pick<RunServiceOptions["rpc"], "host" | "port">;
  readonly tls: TlsFiles;
  readonly bus: BusOptions;
}

/** Runs a service in this process as its own `main.ts` would run it alone. */
export async function runBesideOthers(
  name: PartName,
  config: PartConfig,
  around: Surroundings,
  create: (parts: Parts) => Service,
  stop: AbortSignal,
): Promise<RunningPart> {
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(telemetryOf(name, around));
  const bus = open.use(await openBus(config.bus, telemetry.besideBus));
  open.use(telemetry.sendLines(bus));
  const tls = open.use(watchTls(config.tls));
  const deniedSessions = createDeniedSessions(around.kv, telemetry);
  const service = create({ telemetry, bus, tls, deniedSessions, open });
  const { access, verifier } = around;
  const rpc = { ...config.rpc, tls };
  const running = await runService(
    { service, rpc, ops: config.ops, telemetry, access, verifier, deniedSessions, drainMs: DRAIN_MS },
    stop,
  );
  const resources = open.move();
  return { stopped: running.stopped.then(() => resources.disposeAsync()) };
}
