import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `docker compose …` for the project of the environment. @returns what it printed. */
export async function compose(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("docker", ["compose", ...args]);
  return stdout;
}

/** Brings a service to so many replicas, all of them ready. Others stay as they are. */
export async function scale(service: string, replicas: number): Promise<void> {
  await compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", "--scale", `${service}=${replicas}`, service);
}

const PRINT_METRICS =
  "fetch(`http://127.0.0.1:${process.env.OPS_PORT}/metrics`).then((r) => r.text()).then(console.log)";

/** How many calls of a method each replica has answered. */
export async function callsServed(service: string, replicas: number, method: string): Promise<readonly number[]> {
  const indexes = Array.from({ length: replicas }, (_, index) => index + 1);
  const line = new RegExp(`^rpc_server_calls_total\\{.*method="${method}".* (\\d+)$`, "gm");
  return Promise.all(
    indexes.map(async (index) => {
      const text = await compose("exec", "--no-TTY", `--index=${index}`, service, "node", "--eval", PRINT_METRICS);
      return [...text.matchAll(line)].reduce((sum, match) => sum + Number(match[1]), 0);
    }),
  );
}
