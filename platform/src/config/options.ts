import type { z } from "zod";
import type { databaseEnv, oidcEnv, opsEnv, telemetryEnv } from "./fragments.ts";

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

/** Who issues access tokens, and for whom. */
export interface OidcOptions {
  /** The issuer's URL, exactly as tokens name it. https, or http of a loopback host. */
  readonly issuer: string;
  readonly audience: string;
  /** Where the discovery document is when the issuer's own URL cannot be reached from here. */
  readonly discoveryUrl?: string | undefined;
}

export function oidcOptions(env: Env<typeof oidcEnv>): OidcOptions {
  return { issuer: env.OIDC_ISSUER, audience: env.OIDC_AUDIENCE, discoveryUrl: env.OIDC_DISCOVERY_URL };
}

export function traceOptions(env: Env<typeof telemetryEnv>) {
  return {
    endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    sampleRatio: env.TRACE_SAMPLE_RATIO,
    environment: env.DEPLOYMENT_ENVIRONMENT,
  };
}
