import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import { type EmbeddedClickHouse, startClickHouse } from "./clickhouse/start-clickhouse.ts";
import type { DataFolder } from "./data-folder.ts";
import { POSTGRES_FOLDER } from "./data-folder-names.ts";
import { type IdentityProvider, startIdentityProvider } from "./identity/start-identity-provider.ts";
import type { PlatformEnv } from "./options.ts";
import type { Ports } from "./ports.ts";
import { type EmbeddedPostgres, startPostgres } from "./postgres/start-postgres.ts";
import type { Progress } from "./progress.ts";
import { telemetryOf } from "./surroundings.ts";

export interface EngineOptions {
  readonly env: PlatformEnv;
  readonly ports: Ports;
  readonly folder: DataFolder;
  readonly gatewayOrigin: string;
  readonly audience: string;
  readonly progress: Progress;
}

/** What stands where a company would run servers. */
export interface Engines {
  readonly postgres: EmbeddedPostgres;
  readonly clickhouse: EmbeddedClickHouse;
  readonly identity: IdentityProvider;
  /** The folder of the development certificates. */
  readonly certificates: string;
}

/** Starts all engines at once; each goes on `started` as soon as it runs, so that none is left when another fails. */
export async function startEngines(options: EngineOptions, started: AsyncDisposableStack): Promise<Engines> {
  const { folder, ports, progress } = options;
  const certificates = folder.path("certificates");
  const [postgresAndIdentity, clickhouse] = await allOrFirstError(
    progress.step("PostgreSQL, identity provider", () => startPostgresAndIdentity(options, started)),
    progress.step("ClickHouse", async () => {
      const report = progress.note;
      const engine = await startClickHouse({ folder: folder.path("clickhouse"), port: ports.clickhouse, report });
      return started.use(engine);
    }),
    progress.step("certificates", () => developmentCertificates(certificates, Object.keys(ports.ops))),
  );
  return { ...postgresAndIdentity, clickhouse, certificates };
}

async function startPostgresAndIdentity(options: EngineOptions, started: AsyncDisposableStack) {
  const { folder, ports, gatewayOrigin, audience, progress } = options;
  const postgres = started.use(
    await startPostgres({
      folder: folder.path(POSTGRES_FOLDER),
      port: ports.postgres,
      durability: "full",
      report: progress.note,
    }),
  );
  const telemetry = started.use(telemetryOf("identity", options));
  const [identity] = await allOrFirstError(
    startIdentityProvider({
      folder: folder.path("identity"),
      databaseUrl: postgres.url("identity"),
      port: ports.identity,
      gatewayOrigin,
      audience,
      telemetry: telemetry.besideBus,
    }).then((provider) => {
      started.defer(() => provider.stop());
      return provider;
    }),
    prepareBus(postgres.url("bus"), options),
    ...Object.keys(ports.rpc).map((name) => ensureDatabase(postgres.url(name))),
  );
  return { postgres, identity };
}

/** Makes the bus and its topics before anybody publishes. */
async function prepareBus(url: string, options: EngineOptions): Promise<void> {
  await ensureDatabase(url);
  await migrateLogBus(url);
  await using telemetry = telemetryOf("bus", options);
  await using bus = openLogBus({ url }, telemetry.besideBus);
  await bus.ensureTopics(TOPICS);
}

/** Like Promise.all, but when something fails it waits for the rest first: nothing starts after the failure is known. */
async function allOrFirstError<T extends readonly unknown[]>(...works: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
