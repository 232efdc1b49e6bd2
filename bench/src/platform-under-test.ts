import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressVariables, portsFrom } from "@animal-delivery/deploy/embedded/ports";
import { apiAt, type Api } from "@animal-delivery/e2e/api";
import { signIn } from "@animal-delivery/e2e/people";
import { startPlatformProcess } from "@animal-delivery/e2e/platform-process";
import { givenProduct } from "@animal-delivery/e2e/story";
import { passwordsFrom } from "@animal-delivery/e2e/target";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";

const GATEWAY = fileURLToPath(new URL("../../api-gateway/src/main.ts", import.meta.url));
/** Measurements look for the limit of the machine, not for the limits of the configuration. */
export const NO_RATE_LIMITS = { RATE_LIMIT_READS_PER_MINUTE: "100000000", RATE_LIMIT_WRITES_PER_MINUTE: "100000000" };
const READY_TIMEOUT_MS = 30_000;

/** A platform that runs for the measurements alone, in a folder of its own that goes with it. */
export interface PlatformUnderTest extends AsyncDisposable {
  readonly customer: Api;
  readonly dispatcher: Api;
  /** Products with stock for every measurement; several, so that orders do not queue for one row. */
  readonly productIds: readonly string[];
  /** The address of a database of the platform. */
  databaseUrl(name: string): string;
  /** A second gateway in a process of its own, in front of the same services. */
  startGateway(): Promise<{ readonly baseUrl: string; readonly pid: number } & AsyncDisposable>;
}

/** Starts it, with stock for `products` products. */
export async function startPlatformUnderTest(products: number): Promise<PlatformUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-bench-"));
  const platform = await startPlatformProcess({ dataDir, env: NO_RATE_LIMITS });
  const target = { baseUrl: platform.baseUrl, passwords: passwordsFrom(process.env) };
  const [customer, dispatcher, admin] = await Promise.all([
    signIn(target, "customer"),
    signIn(target, "dispatcher"),
    signIn(target, "admin"),
  ]);
  const productIds = await Promise.all(Array.from({ length: products }, () => givenProduct(admin, 1_000_000)));
  const password = (await readFile(join(dataDir, "postgres/password"), "utf8")).trim();
  return {
    customer,
    dispatcher,
    productIds,
    databaseUrl: (name) => `postgres://postgres:${password}@127.0.0.1:${platform.port + 2}/${name}`,
    startGateway: () => startGateway(platform.port, dataDir),
    async [Symbol.asyncDispose]() {
      await platform.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startGateway(base: number, dataDir: string) {
  const port = base + 5;
  const { certFile, keyFile, caFile } = certificateFiles(join(dataDir, "certificates"), "api-gateway");
  const child = spawn(process.execPath, [GATEWAY], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      ...NO_RATE_LIMITS,
      PORT: String(port),
      OPS_PORT: String(base + 28),
      OIDC_ISSUER: `http://localhost:${base + 1}`,
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
      TLS_CA_FILE: caFile,
      ...addressVariables(portsFrom(base).rpc),
    },
  });
  const baseUrl = `http://localhost:${port}`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (
    (
      await apiAt(baseUrl)
        .get("/readyz")
        .catch(() => undefined)
    )?.status !== 200
  ) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error("the gateway did not become ready");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    baseUrl,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}
