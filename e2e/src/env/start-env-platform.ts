import { join } from "node:path";
import { assertPortsFree } from "@animal-delivery/deploy/embedded/assert-ports-free";
import { freePort } from "@animal-delivery/platform/testing/free-port";
import { becomesReady, runNode, type NodeProcess } from "../node-process.ts";
import { passwordsFrom, type Target } from "../target.ts";
import { prepareEngines } from "./prepare-engines.ts";
import {
  BACKENDS,
  environmentOf,
  logsFolder,
  programOf,
  SERVICES,
  surroundingsOf,
  type BackendName,
  type ServiceName,
  type Surroundings,
} from "./surroundings.ts";

/** On a machine that does much else. */
const READY_TIMEOUT_MS = 180_000;

/** A platform of a process for each service, on the engines of the environment. */
export interface EnvPlatform extends AsyncDisposable {
  readonly target: Target;
  /** Where the output of each service is. */
  readonly logs: string;
  /** The service's process of the moment. */
  service(name: ServiceName): NodeProcess;
  /** Where a service tells its health and metrics. */
  opsUrl(name: ServiceName): string;
  /** Starts services again, at the same ports, after they ended, and waits until they are ready. */
  startAgain(...names: ServiceName[]): Promise<void>;
  /** One more process of a service, at ports that are free: it takes part in the consumer groups, and nobody calls it. */
  startReplica(name: BackendName): Promise<NodeProcess>;
  /** SIGTERM, to the gateway first. @throws {Error} for a service that did not end with exit code 0. */
  stop(): Promise<void>;
}

/**
 * Prepares the engines that the environment names, starts the services beside them with `env` on top, and waits until they
 * are ready. One such platform runs at a time: consumer groups and databases have the names they have everywhere.
 *
 * @throws {Error} with the output of what did not start; nothing is left running then.
 */
export async function startEnvPlatform(env: Readonly<Record<string, string>> = {}): Promise<EnvPlatform> {
  const around = surroundingsOf(env);
  await assertPortsFree(around.ports);
  await prepareEngines(around);

  const processes = new Map<ServiceName, NodeProcess>();
  const service = (name: ServiceName): NodeProcess => {
    const program = processes.get(name);
    if (!program) throw new Error(`${name} was not started`);
    return program;
  };
  const startAgain = async (...names: ServiceName[]): Promise<void> => {
    const starting = names.map(async (name) => {
      const program = startService(name, around);
      processes.set(name, program);
      await becomesReady(program, readyUrl(name, around), READY_TIMEOUT_MS);
    });
    await Promise.all(starting);
  };
  const replicas: NodeProcess[] = [];
  const startReplica = async (name: BackendName): Promise<NodeProcess> => {
    const apart = await atFreePorts(name, around);
    const replica = startService(name, apart, `${name}-${apart.ports.ops[name]}`);
    replicas.push(replica);
    await becomesReady(replica, readyUrl(name, apart), READY_TIMEOUT_MS);
    return replica;
  };
  const disposeAsync = async () => {
    await Promise.all([...processes.values(), ...replicas].map((program) => program.kill()));
  };

  await startAgain(...SERVICES).catch(async (error: unknown) => {
    await disposeAsync();
    throw error;
  });
  return {
    target: { baseUrl: `http://localhost:${around.ports.gateway}`, passwords: passwordsFrom(process.env) },
    logs: logsFolder(around),
    service,
    opsUrl: (name) => `http://127.0.0.1:${around.ports.ops[name]}`,
    startAgain,
    startReplica,
    async stop() {
      await stopInOrder(service("api-gateway"));
      await Promise.all(BACKENDS.map((name) => stopInOrder(service(name))));
    },
    [Symbol.asyncDispose]: disposeAsync,
  };
}

/** The same surroundings, with other ports for one service. */
async function atFreePorts(name: BackendName, around: Surroundings): Promise<Surroundings> {
  const { ports } = around;
  const rpc = { ...ports.rpc, [name]: await freePort() };
  const ops = { ...ports.ops, [name]: await freePort() };
  return { ...around, ports: { ...ports, rpc, ops } };
}

function startService(name: ServiceName, around: Surroundings, log: string = name): NodeProcess {
  const outputFile = join(logsFolder(around), `${log}.log`);
  return runNode(programOf(name), environmentOf(name, around), { outputFile });
}

function readyUrl(name: ServiceName, { ports }: Surroundings): string {
  return name === "api-gateway"
    ? `http://localhost:${ports.gateway}/readyz`
    : `http://127.0.0.1:${ports.ops[name]}/readyz`;
}

async function stopInOrder(program: NodeProcess): Promise<void> {
  const code = await program.stop();
  if (code !== 0) throw new Error(`a service ended with exit code ${code}:\n${program.output().slice(-5_000)}`);
}
