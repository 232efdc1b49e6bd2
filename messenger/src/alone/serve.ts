import { setTimeout as sleep } from "node:timers/promises";
import { aborted } from "@animal-delivery/platform/aborted";
import type { Authenticator } from "@animal-delivery/platform/rpc/authenticate";
import { startOpsServer } from "@animal-delivery/platform/service/ops-server";
import type { ReadinessCheck, Service } from "@animal-delivery/platform/service/service";
import { supervise } from "@animal-delivery/platform/service/supervise";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Settings } from "./flags.ts";
import type { CertificateFiles } from "./open-certificate.ts";
import { serveGrpc } from "./serve-grpc.ts";
import { serveHttp } from "./serve-http.ts";

export interface ServeOptions {
  readonly settings: Settings;
  readonly service: Service;
  readonly authenticate: Authenticator;
  readonly certificate: CertificateFiles;
  readonly telemetry: Telemetry;
}

/**
 * Serves the messenger until `stop` aborts: gRPC, HTTP, its tasks, and the ops port when there is one. Then leaves: health says so
 * while calls are answered still; streams end with UNAVAILABLE, calls finish, tasks end. Resolves when all that is done.
 *
 * @throws {Error} when a port is taken.
 */
export async function serve(options: ServeOptions, stop: AbortSignal): Promise<void> {
  const { settings, service, telemetry } = options;
  const { log } = telemetry;
  const draining = new AbortController();
  const notLeaving = { name: "accepts calls", check: async () => stop.throwIfAborted() };
  const checks = [notLeaving, ...service.checks];

  await using open = new AsyncDisposableStack();
  const grpc = await serveGrpc(options, stop);
  open.defer(async () => grpc.drain(0));
  const http = await serveHttp(options, checks, draining.signal);
  open.defer(async () => http.close(0));
  const opsPort = await serveOps(options, checks, open);
  const stopTasks = new AbortController();
  open.defer(() => stopTasks.abort());
  const tasks = Promise.all(service.tasks.map((task) => supervise(task, stopTasks.signal, telemetry)));
  log.info("messenger started", { grpc_port: grpc.port, http_port: http.port, http: http.origin, ops_port: opsPort });

  await aborted(stop);
  log.info("messenger leaves", { leave_ms: settings.leaveMs });
  await sleep(settings.leaveMs);
  log.info("messenger drains");
  draining.abort();
  await Promise.all([grpc.drain(settings.drainMs), http.close(settings.drainMs)]);
  stopTasks.abort();
  await Promise.race([tasks, sleep(settings.drainMs, undefined, { ref: false })]);
  log.info("messenger stopped");
}

/** The port of those who run it; undefined when there is none. */
async function serveOps(
  { settings, telemetry }: ServeOptions,
  checks: readonly ReadinessCheck[],
  open: AsyncDisposableStack,
): Promise<number | undefined> {
  const { opsHost: host, opsPort: port } = settings;
  if (port === undefined) return undefined;
  const ops = await startOpsServer({ host, port, checks, meters: telemetry.meters });
  open.defer(async () => ops.close());
  return ops.port;
}
