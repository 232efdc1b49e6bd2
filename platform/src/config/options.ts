import type { z } from "zod";
import type { databaseEnv, oidcEnv, opsEnv, serviceEnv } from "./fragments.ts";

// From the common variables to the options that platform functions take, for the `transform` of a service's schema.

type Env<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

export function databaseOptions(env: Env<typeof databaseEnv>) {
  return {
    url: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL_SIZE,
    statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: env.DATABASE_LOCK_TIMEOUT_MS,
  };
}

export function opsOptions(env: Env<typeof opsEnv>) {
  return { host: env.OPS_HOST, port: env.OPS_PORT };
}

export function oidcOptions(env: Env<typeof oidcEnv>) {
  return { issuer: env.OIDC_ISSUER, audience: env.OIDC_AUDIENCE };
}

/** What `main.ts` of a service needs, whichever service it is. */
export function serviceOptions(env: Env<typeof serviceEnv>) {
  return {
    rpc: { host: env.RPC_HOST, port: env.RPC_PORT },
    tls: { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE, caFile: env.TLS_CA_FILE },
    ops: opsOptions(env),
    oidc: oidcOptions(env),
    busDatabaseUrl: env.BUS_DATABASE_URL,
    logLevel: env.LOG_LEVEL,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}
