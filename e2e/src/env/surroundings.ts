import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressVariables, PORT_DEFAULT, portsFrom, type Ports } from "@animal-delivery/deploy/embedded/ports";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";
import { NODE_OPTIONS } from "../node-options.ts";
import { readEngines, type Engines } from "./engines.ts";

/** The services behind the gateway. */
export const BACKENDS = ["orders", "delivery", "logging", "accounts", "notes", "sagas", "messenger"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** The services of a platform, and the names of their certificates. */
export const SERVICES = [...BACKENDS, "api-gateway"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Those that keep a database in PostgreSQL, with an outbox. */
export const DATABASES = BACKENDS.filter((name) => name !== "logging");

/** What the services of a platform find around them. */
export interface Surroundings {
  readonly engines: Engines;
  readonly ports: Ports;
  /** Certificates, output of the services, compiled code. */
  readonly folder: string;
  /** Set for every service, over everything else. */
  readonly env: Readonly<Record<string, string>>;
}

const DATA = fileURLToPath(new URL("../../.data", import.meta.url));

/** The engines that our own environment, or `env`, names, and ports from its `PORT` on; `env` is set for every service. */
export function surroundingsOf(env: Readonly<Record<string, string>>): Surroundings {
  const port = Number(process.env.PORT ?? PORT_DEFAULT);
  return {
    engines: readEngines({ ...process.env, ...env }),
    ports: portsFrom(port),
    folder: join(DATA, `env-${port}`),
    env,
  };
}

export function certificatesFolder({ folder }: Surroundings): string {
  return join(folder, "certificates");
}

export function logsFolder({ folder }: Surroundings): string {
  return join(folder, "logs");
}

/** The program of a service, or another one of its folder. */
export function programOf(service: string, program = "main"): string {
  return fileURLToPath(new URL(`../../../${service}/src/${program}.ts`, import.meta.url));
}

/** What a service reads besides the addresses of engines, which it finds in our own environment. */
export function environmentOf(name: ServiceName, around: Surroundings): Record<string, string> {
  const { ports, engines, folder } = around;
  const { certFile, keyFile, caFile } = certificateFiles(certificatesFolder(around), name);
  return {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder, "compile-cache"),
    NODE_OPTIONS,
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: caFile,
    OPS_PORT: String(ports.ops[name]),
    PORT: String(ports.gateway),
    PUBLIC_ORIGIN: `http://localhost:${ports.gateway}`,
    ...addressVariables(ports.rpc),
    DATABASE_URL: engines.databaseUrl(name),
    ...(name === "api-gateway" ? {} : { RPC_PORT: String(ports.rpc[name]) }),
    ...around.env,
  };
}
