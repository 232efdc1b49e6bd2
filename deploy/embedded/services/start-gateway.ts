import { Config } from "@animal-delivery/api-gateway/config";
import { createDownstream } from "@animal-delivery/api-gateway/downstream";
import { runGateway } from "@animal-delivery/api-gateway/run-gateway";
import { createGateway } from "@animal-delivery/api-gateway/service";
import { createDeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { DRAIN_MS } from "../limits.ts";
import { environmentOf, type Surroundings, telemetryOf } from "../surroundings.ts";
import type { RunningPart } from "./run-beside-others.ts";

/** Starts the gateway as its own `main.ts` would run it alone; its log lines go to the bus too. */
export async function startGateway(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("api-gateway", around));
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(telemetryOf("api-gateway", around));
  if (config.bus) open.use(telemetry.sendLines(open.use(await openBus(config.bus, telemetry.besideBus))));
  const tls = open.use(watchTls(config.tls));

  const { access, verifier, kv } = around;
  const gateway = createGateway(config, {
    telemetry,
    access,
    verifier,
    kv,
    deniedSessions: createDeniedSessions(kv, telemetry),
    downstream: createDownstream({ ...config, tls, telemetry, timeoutMs: config.requestTimeoutMs }),
  });
  const running = await runGateway({ ...config, gateway, telemetry, drainMs: DRAIN_MS }, stop);
  const resources = open.move();
  return { stopped: running.stopped.then(() => resources.disposeAsync()) };
}
