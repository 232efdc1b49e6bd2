import { z } from "zod";
import {
  busEnv,
  databaseEnv,
  logEnv,
  oidcEnv,
  opsEnv,
  rpcServerEnv,
  telemetryEnv,
} from "@animal-delivery/platform/config/fragments";
import {
  databaseOptions,
  oidcOptions,
  opsOptions,
  rpcServerOptions,
  tlsFiles,
} from "@animal-delivery/platform/config/options";

/** Everything orders reads from its environment. */
export const Config = z
  .object({
    ...rpcServerEnv,
    ...opsEnv,
    ...oidcEnv,
    ...databaseEnv,
    ...busEnv,
    ...logEnv,
    ...telemetryEnv,
  })
  .transform((env) => ({
    rpc: rpcServerOptions(env),
    tls: tlsFiles(env),
    ops: opsOptions(env),
    oidc: oidcOptions(env),
    database: databaseOptions(env),
    busDatabaseUrl: env.BUS_DATABASE_URL,
    logLevel: env.LOG_LEVEL,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  }));

export type Config = z.output<typeof Config>;
