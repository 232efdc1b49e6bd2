import { aborted } from "@animal-delivery/platform/aborted";
import { loadAccess } from "@animal-delivery/platform/access/access";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { assertPortsFree } from "./assert-ports-free.ts";
import { openDataFolder } from "./data-folder.ts";
import type { IdentityProvider } from "./identity/start-identity-provider.ts";
import type { PlatformEnv } from "./options.ts";
import { type Ports, portsFrom } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { RunningPart } from "./services/run-beside-others.ts";
import { startGateway } from "./services/start-gateway.ts";
import { startAccounts } from "./services/start-accounts.ts";
import { startDelivery } from "./services/start-delivery.ts";
import { startLogging } from "./services/start-logging.ts";
import { startMessenger } from "./services/start-messenger.ts";
import { startNotes } from "./services/start-notes.ts";
import { startOrders } from "./services/start-orders.ts";
import { startSagas } from "./services/start-sagas.ts";
import { startEngines } from "./start-engines.ts";
import { StartError } from "./start-error.ts";
import type { Surroundings } from "./surroundings.ts";

export interface PlatformOptions {
  readonly env: PlatformEnv;
  /** Whether to delete everything first. */
  readonly fresh: boolean;
  readonly progress: Progress;
}

export interface RunningPlatform {
  readonly ports: Ports;
  /** Where browsers and API clients reach it. */
  readonly origin: string;
  readonly issuer: string;
  /** Resolves when everything has drained and no process is left, after `stop` aborted. */
  readonly stopped: Promise<void>;
}

/** For whom the embedded provider's access tokens are. */
const AUDIENCE = "https://api.animal-delivery.example";
const LOOPBACK_HOSTS = ["127.0.0.1", "::1", "localhost"];

/**
 * Starts the whole platform: engines, services over mutual TLS, gateway. Resolves when it answers. When `stop` aborts, all
 * of it ends in the opposite order, each part with the time to finish what it began.
 *
 * @throws {StartError} for everything the person can put right; nothing is left running then.
 */
export async function startPlatform(options: PlatformOptions, stop: AbortSignal): Promise<RunningPlatform> {
  const { env, fresh, progress } = options;
  const ports = portsFrom(env.port);
  const origin = env.publicOrigin ?? `http://localhost:${ports.gateway}`;
  await using started = new AsyncDisposableStack();
  const folder = started.use(await openDataFolder(env.dataDir, fresh));
  await assertPortsFree(ports);
  const common = { env, ports, folder };

  const engines = await startEngines({ ...common, gatewayOrigin: origin, audience: AUDIENCE, progress }, started);
  stop.throwIfAborted();
  await refuseKnownPasswords(env.host, engines.identity);

  const { issuer } = engines.identity;
  const around: Surroundings = {
    ...common,
    issuer,
    origin,
    gatewaySecret: engines.identity.gatewaySecret,
    directory: engines.identity.directory,
    certificates: engines.certificates,
    clickhouseUrl: engines.clickhouse.url,
    clickhouseReader: engines.clickhouse.reader,
    databaseUrl: (database) => engines.postgres.url(database),
    access: await loadAccess(),
    verifier: createTokenVerifier({ issuer, audience: AUDIENCE }),
    kv: createMemoryStore(),
  };
  const services = [startOrders, startDelivery, startLogging, startAccounts, startNotes, startSagas, startMessenger];
  await progress.step("services", () => startParts(services, around, started));
  await progress.step("gateway", () => startParts([startGateway], around, started));
  stop.throwIfAborted();

  const resources = started.move();
  return { ports, origin, issuer, stopped: aborted(stop).then(() => resources.disposeAsync()) };
}

/** Parts that start together and, when it is their turn, stop together. */
async function startParts(
  starts: readonly ((around: Surroundings, stop: AbortSignal) => Promise<RunningPart>)[],
  around: Surroundings,
  started: AsyncDisposableStack,
): Promise<void> {
  const stop = new AbortController();
  const parts = starts.map((start) => start(around, stop.signal));
  started.defer(async () => {
    stop.abort();
    await Promise.allSettled(parts.map(async (part) => (await part).stopped));
  });
  await Promise.all(parts);
}

/** Everybody can read the seeded passwords in the source: whoever reaches the platform could use them. */
async function refuseKnownPasswords(host: string, identity: IdentityProvider): Promise<void> {
  if (LOOPBACK_HOSTS.includes(host)) return;
  const users = await identity.usersWithSeededPassword();
  if (users.length === 0) return;
  throw new StartError(
    `HOST=${host} would let others reach this platform, whose users ${users.join(", ")} have passwords that everybody ` +
      `can read in its source. It listens on this machine only. To serve others, run the services with an identity ` +
      `provider of your own: deploy/README.md.`,
  );
}
