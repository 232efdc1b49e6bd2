import { setTimeout as sleep } from "node:timers/promises";
import { aborted } from "@animal-delivery/platform/aborted";
import { type HttpServer, startHttpServer } from "@animal-delivery/platform/http/http-server";
import { parserFaultCounter } from "@animal-delivery/platform/http/parser-faults";
import { startOpsServer } from "@animal-delivery/platform/service/ops-server";
import { supervise } from "@animal-delivery/platform/service/supervise";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { GatewayConfig } from "./config.ts";
import type { Gateway } from "./service.ts";

export interface RunGatewayOptions {
  readonly gateway: Gateway;
  readonly http: GatewayConfig["http"];
  readonly ops: GatewayConfig["ops"];
  readonly origin: string;
  readonly telemetry: Telemetry;
  /** How long requests and tasks may take to end. */
  readonly drainMs?: number;
}

export interface RunningGateway {
  readonly port: number;
  readonly opsPort: number;
  /** Resolves when the gateway has drained; its resources may be closed then. Never rejects. */
  readonly stopped: Promise<void>;
}

/**
 * Serves a gateway until `stop` aborts. Resolves when it answers and is warm. Then drains: not ready, streams end, no new
 * connections, requests finish, tasks end.
 *
 * @throws {Error} when a port is taken.
 */
export async function runGateway(options: RunGatewayOptions, stop: AbortSignal): Promise<RunningGateway> {
  const { gateway, telemetry, origin, drainMs = 10_000 } = options;
  const stopTasks = new AbortController();
  const tasks = Promise.all(gateway.tasks.map((task) => supervise(task, stopTasks.signal, telemetry)));
  const ops = await startOpsServer({ ...options.ops, checks: gateway.checks, meters: telemetry.meters });
  await gateway.warmUp();
  const server = await startServer(options, origin).catch(async (error: unknown) => {
    stopTasks.abort();
    await ops.close();
    throw error;
  });
  telemetry.log.info("gateway started", { port: server.port, ops_port: ops.port, origin });

  const drain = async (): Promise<void> => {
    telemetry.log.info("gateway drains");
    gateway.drain();
    await server.close(drainMs);
    stopTasks.abort();
    await Promise.race([tasks, sleep(drainMs, undefined, { ref: false })]);
    await ops.close();
    telemetry.log.info("gateway stopped");
  };
  return { port: server.port, opsPort: ops.port, stopped: aborted(stop).then(drain) };
}

async function startServer({ gateway, http, telemetry }: RunGatewayOptions, origin: string): Promise<HttpServer> {
  const fetch = gateway.app.fetch.bind(gateway.app);
  return startHttpServer({ ...http, origin: () => origin, fetch, onParserFault: parserFaultCounter(telemetry.meters) });
}
