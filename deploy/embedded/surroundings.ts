import type { UserDirectory } from "@animal-delivery/accounts/directory/user-directory";
import type { Access } from "@animal-delivery/platform/access/access";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { stdoutTransport } from "@animal-delivery/platform/log/stdout-transport";
import { openTelemetry, type OpenTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";
import type { DataFolder } from "./data-folder.ts";
import { logFile } from "./log-file.ts";
import type { PlatformEnv } from "./options.ts";
import { addressVariables, type Ports } from "./ports.ts";

/** What all services of this process find around them. */
export interface Surroundings {
  readonly env: PlatformEnv;
  readonly ports: Ports;
  readonly folder: DataFolder;
  readonly certificates: string;
  /** Where browsers and API clients reach the platform. */
  readonly origin: string;
  readonly issuer: string;
  /** Of the gateway as a client of the provider. */
  readonly gatewaySecret: string;
  /** Who can sign in there. */
  readonly directory: UserDirectory;
  readonly clickhouseUrl: string;
  /** Who may only read there. */
  readonly clickhouseReader: { readonly user: string; readonly password: string };
  readonly databaseUrl: (database: string) => string;
  readonly access: Access;
  readonly verifier: TokenVerifier;
  /** Stands for Redis: one memory for all of them. */
  readonly kv: KeyValueStore;
}

/** This process brings its engines along, wherever the person's environment says that others are. */
const WITHOUT_REAL_ENGINES = {
  CLICKHOUSE_CA_FILE: undefined,
  CLICKHOUSE_CLUSTER: undefined,
  CONFIG_FILE: undefined,
  KAFKA_BROKERS: undefined,
  OIDC_DISCOVERY_URL: undefined,
  REDIS_URL: undefined,
};

/** The name of a service's certificate, database, log file and telemetry. */
export type PartName = keyof Ports["ops"];

/**
 * The environment of one service, as it would find it on a machine of its own: what the person set for the whole platform,
 * and where things are here.
 */
export function environmentOf(name: PartName, around: Surroundings): Record<string, string | undefined> {
  const { certFile, keyFile, caFile } = certificateFiles(around.certificates, name);
  const { gateway, rpc, ops } = around.ports;
  return {
    ...process.env,
    ...WITHOUT_REAL_ENGINES,
    OPS_HOST: "127.0.0.1",
    OPS_PORT: String(ops[name]),
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: caFile,
    HOST: around.env.host,
    PORT: String(gateway),
    PUBLIC_ORIGIN: around.origin,
    OIDC_ISSUER: around.issuer,
    OIDC_CLIENT_SECRET: around.gatewaySecret,
    // A person's own server may send mails all the same.
    MAIL_FOLDER: around.folder.path("mail"),
    DATABASE_URL: around.databaseUrl(name),
    BUS_DATABASE_URL: around.databaseUrl("bus"),
    CLICKHOUSE_URL: around.clickhouseUrl,
    CLICKHOUSE_READER_USER: around.clickhouseReader.user,
    CLICKHOUSE_READER_PASSWORD: around.clickhouseReader.password,
    ...addressVariables(rpc),
    ...(name === "api-gateway" ? {} : { RPC_HOST: "127.0.0.1", RPC_PORT: String(rpc[name]) }),
  };
}

/** The telemetry of one of the parts. Lines go to `logs/<name>.jsonl`, and to standard output when the person wants that. */
export function telemetryOf(name: string, { env, folder }: Pick<Surroundings, "env" | "folder">): OpenTelemetry {
  const file = logFile(folder.path("logs", `${name}.jsonl`));
  const sinks = env.logToStdout ? [file, stdoutTransport()] : [file];
  return openTelemetry(name, { logLevel: env.logLevel, traces: env.traces, sinks });
}
