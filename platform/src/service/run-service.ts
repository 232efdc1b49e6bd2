import { setTimeout as sleep } from "node:timers/promises";
import { aborted } from "../aborted.ts";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { operationsService } from "../operations/operations-service.ts";
import { createAuthenticator, type AuthenticateOptions } from "../rpc/authenticate.ts";
import type { DeniedSessions } from "../access/denied-sessions.ts";
import { startRpcServer, type RpcServerOptions } from "../rpc/server.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { startOpsServer, type OpsServer, type OpsServerOptions } from "./ops-server.ts";
import type { Service } from "./service.ts";
import { supervise } from "./supervise.ts";
import { createTaskBoard, type TaskBoard } from "./task-board.ts";

export interface RunServiceOptions extends Pick<AuthenticateOptions, "access" | "verifier"> {
  readonly service: Service;
  readonly rpc: Pick<RpcServerOptions, "host" | "port" | "tls" | "deadline">;
  readonly ops: Pick<OpsServerOptions, "host" | "port">;
  readonly telemetry: Telemetry;
  readonly deniedSessions?: DeniedSessions | undefined;
  /** How long calls and tasks may take to end. */
  readonly drainMs?: number;
}

export interface RunningService {
  readonly rpcPort: number;
  readonly opsPort: number;
  /** Resolves when the service has drained; its resources may be closed then. Never rejects. */
  readonly stopped: Promise<void>;
}

/**
 * Runs a service until `stop` aborts: its RPCs over mutual TLS, those of operators beside them, its tasks, and the ops port.
 * Resolves when it answers. Then
 * drains: not ready, no new calls, streams end with UNAVAILABLE, calls finish, tasks end, the ops port closes.
 *
 * @throws {Error} when a port is taken.
 */
export async function runService(options: RunServiceOptions, stop: AbortSignal): Promise<RunningService> {
  const { service, telemetry, deniedSessions, drainMs = 10_000 } = options;
  const notDraining = { name: "accepts calls", check: async () => stop.throwIfAborted() };
  const checks = [notDraining, ...service.checks];
  const ops = await startOpsServer({ ...options.ops, checks, meters: telemetry.meters });
  const board = createTaskBoard();
  const rpc = await startRpc(options, ops, board);

  const stopTasks = new AbortController();
  const tasks = [...service.tasks, ...(deniedSessions ? [deniedSessions.task] : [])];
  const tasksEnded = Promise.all(tasks.map((task) => supervise(task, stopTasks.signal, telemetry, board)));
  telemetry.log.info("service started", { rpc_port: rpc.port, ops_port: ops.port });

  const drain = async (): Promise<void> => {
    telemetry.log.info("service drains");
    await rpc.drain(drainMs);
    stopTasks.abort();
    const ended = await Promise.race([tasksEnded.then(() => true), sleep(drainMs, false, { ref: false })]);
    if (!ended) telemetry.log.error("tasks did not end in time", { drain_ms: drainMs });
    await ops.close();
    telemetry.log.info("service stopped");
  };
  return { rpcPort: rpc.port, opsPort: ops.port, stopped: aborted(stop).then(drain) };
}

async function startRpc(options: RunServiceOptions, ops: OpsServer, board: TaskBoard) {
  const { service, rpc, telemetry, access } = options;
  const { operable } = service;
  try {
    return await startRpcServer({
      ...rpc,
      name: service.name,
      routes: (router) => {
        service.routes(router);
        if (!operable) return;
        router.service(
          OperationsService,
          operationsService({ ...operable, name: service.name, telemetry, access, board }),
        );
      },
      authenticate: createAuthenticator(options),
      telemetry,
    });
  } catch (error) {
    await ops.close();
    throw error;
  }
}
