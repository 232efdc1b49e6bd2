import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UserDirectory } from "@animal-delivery/accounts/directory/user-directory";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { applyMigrations } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { Provider } from "oidc-provider";
import { listenOnLoopback } from "../loopback-server.ts";
import { secretFile } from "../secret-file.ts";
import { configuration, resourceServer } from "./configuration.ts";
import { identityListener } from "./identity-listener.ts";
import { statusOf } from "./status-of.ts";
import { createPasswords, type HashCost } from "./password.ts";
import { registerPasswordGrant } from "./password-grant.ts";
import { providerKeys } from "./provider-keys.ts";
import { purgeExpired } from "./purge.ts";
import { addSeededUsers, listUsersWithSeededPassword } from "./seed-users.ts";
import { embeddedDirectory } from "./user-directory.ts";

export interface IdentityProviderOptions {
  /** Where its keys and secrets are or will be. */
  readonly folder: string;
  /** Its own database, made when missing. */
  readonly databaseUrl: string;
  readonly port: number;
  /** Where browsers reach the gateway. */
  readonly gatewayOrigin: string;
  readonly audience: string;
  /** Life of an access token; five minutes unless given. */
  readonly accessTokenSeconds?: number;
  /** Of passwords that are set or changed; see `createPasswords`. */
  readonly hashCost?: HashCost | undefined;
  readonly telemetry: Telemetry;
}

/** An OpenID Connect provider for a platform on one machine. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Of the client `api-gateway`. */
  readonly gatewaySecret: string;
  /** Who can sign in, for accounts. */
  readonly directory: UserDirectory;
  /** The users whose password everybody knows. */
  usersWithSeededPassword(): Promise<string[]>;
  stop(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL("migrations", import.meta.url));
const ACCESS_TOKEN_SECONDS = 300;
const STOP_GRACE_MS = 2_000;

/**
 * Starts the provider with its seeded users.
 *
 * @throws {StartError} when the port is taken.
 */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { folder, databaseUrl, port, gatewayOrigin, telemetry } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ensureDatabase(databaseUrl);
  await applyMigrations(databaseUrl, [{ folder: MIGRATIONS, table: "migrations" }]);
  await using opened = new AsyncDisposableStack();
  const database = { url: databaseUrl, poolSize: 5, statementTimeoutMs: 5_000, lockTimeoutMs: 2_000 };
  const db = opened.use(openDatabase(database, telemetry));
  const [keys, gatewaySecret] = await Promise.all([
    providerKeys(join(folder, "keys.json")),
    secretFile(join(folder, "api-gateway.secret")),
    addSeededUsers(db),
  ]);

  const passwords = createPasswords(options.hashCost);
  const issuer = `http://localhost:${port}`;
  const settings = { ...options, accessTokenSeconds: options.accessTokenSeconds ?? ACCESS_TOKEN_SECONDS };
  const providerOptions = { ...settings, db, keys, gatewaySecret };
  const provider = new Provider(issuer, configuration(providerOptions));
  registerPasswordGrant({ ...settings, provider, db, passwords, resourceServer: resourceServer(providerOptions) });
  logEvents(provider, telemetry.log);

  const server = await listenOnLoopback(
    port,
    "the identity provider",
    identityListener({ provider, db, passwords, gatewayOrigin, log: telemetry.log }),
  );
  opened.defer(() => server.close(STOP_GRACE_MS));
  const stopping = new AbortController();
  const purge = purgeExpired(db, telemetry.log, stopping.signal);
  const resources = opened.move();
  return {
    issuer,
    gatewaySecret,
    directory: embeddedDirectory(db, passwords),
    usersWithSeededPassword: () => listUsersWithSeededPassword(db, passwords),
    async stop() {
      stopping.abort();
      await purge;
      await resources.disposeAsync();
    },
  };
}

function logEvents(provider: Provider, log: Logger): void {
  provider.on("server_error", (context, error) => {
    log.error("identity provider failed", { err: error });
    context.status = statusOf(error);
  });
  provider.on("grant.error", (_context, error) =>
    log.info("token refused", { reason: error.error_description ?? error.error }),
  );
  provider.on("grant.revoked", (_context, grantId) => log.info("session ended", { session_id: grantId }));
}
