import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { portsFrom, type Ports } from "@animal-delivery/deploy/embedded/ports";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";
import type { Engines } from "./engines.ts";

/** The services of a platform, and the names of their certificates. */
export const SERVICES = ["orders", "delivery", "logging", "api-gateway"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What the services of one platform find around them. */
export interface Surroundings {
  readonly engines: Engines;
  readonly ports: Ports;
  /** Certificates, output of the services, compiled code. */
  readonly folder: string;
  /** Set for every service, over everything else. */
  readonly env: Readonly<Record<string, string>>;
}

export interface SurroundingsOptions {
  readonly engines: Engines;
  /** The gateway's port; the others are counted from it. */
  readonly port: number;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function surroundingsOf({ engines, port, folder, env = {} }: SurroundingsOptions): Surroundings {
  return { engines, ports: portsFrom(port), folder, env };
}

export function certificatesFolder({ folder }: Surroundings): string {
  return join(folder, "certificates");
}

/** The program of a service, or another one of its folder. */
export function programOf(service: string, program = "main"): string {
  return fileURLToPath(new URL(`../../../${service}/src/${program}.ts`, import.meta.url));
}

/** What a service reads besides the addresses of engines, which it finds in our own environment. */
export function environmentOf(name: ServiceName, around: Surroundings): Record<string, string> {
  const { ports, engines, folder } = around;
  const { certFile, keyFile, caFile } = certificateFiles(certificatesFolder(around), name);
  const rpcUrl = (port: number) => `https://127.0.0.1:${port}`;
  return {
    NODE_COMPILE_CACHE: join(folder, "compile-cache"),
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: caFile,
    OPS_PORT: String(ports.ops[name]),
    PORT: String(ports.gateway),
    PUBLIC_ORIGIN: `http://localhost:${ports.gateway}`,
    ORDERS_ADDRESS: rpcUrl(ports.rpc.orders),
    DELIVERY_ADDRESS: rpcUrl(ports.rpc.delivery),
    LOGGING_ADDRESS: rpcUrl(ports.rpc.logging),
    DATABASE_URL: engines.databaseUrl(name),
    ...(name === "api-gateway" ? {} : { RPC_PORT: String(ports.rpc[name]) }),
    ...around.env,
  };
}
