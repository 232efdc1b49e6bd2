import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { cpuSecondsOf } from "./cpu-time.ts";
import type { PlatformUnderTest } from "./platform-under-test.ts";

const BARE_SERVER = fileURLToPath(new URL("bare-server.ts", import.meta.url));
const CONNECTIONS = 16;

/** What one round of load cost a server. */
export interface Cost {
  readonly requestsPerSecond: number;
  /** Requests for each second of processor time of the server's process: what a core can serve. */
  readonly requestsPerCpuSecond: number;
}

/** Rounds of the gateway and of its control, in turn. */
export interface GatewayCosts {
  readonly gateway: readonly Cost[];
  readonly bare: readonly Cost[];
}

/** Reads one product through the gateway, with a token, against a bare node:http server that answers as many bytes. */
export async function measureGateway(
  platform: PlatformUnderTest,
  rounds: number,
  roundSeconds: number,
): Promise<GatewayCosts> {
  await using gateway = await platform.startGateway();
  const url = `${gateway.baseUrl}/v1/products/${platform.productIds[0] ?? ""}`;
  const headers = { authorization: `Bearer ${platform.customer.token}` };
  const body = await (await fetch(url, { headers })).text();
  await using bare = await startBareServer(Buffer.byteLength(body));

  const costs = { gateway: [] as Cost[], bare: [] as Cost[] };
  await measure(url, headers, gateway.pid, 1);
  for (let round = 0; round < rounds; round += 1) {
    costs.gateway.push(await measure(url, headers, gateway.pid, roundSeconds));
    costs.bare.push(await measure(bare.url, headers, bare.pid, roundSeconds));
  }
  return costs;
}

async function measure(url: string, headers: Record<string, string>, pid: number, seconds: number): Promise<Cost> {
  const before = await cpuSecondsOf(pid);
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: seconds });
  const cpuSeconds = (await cpuSecondsOf(pid)) - before;
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} calls failed`);
  }
  const requests = result.requests.total;
  return { requestsPerSecond: requests / result.duration, requestsPerCpuSecond: requests / cpuSeconds };
}

async function startBareServer(bodyBytes: number) {
  const child: ChildProcess = fork(BARE_SERVER, [String(bodyBytes)], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [printed] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${printed.toString().trim()}/`,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
