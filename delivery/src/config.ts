import { z } from "zod";
import {
  busEnv,
  count,
  databaseEnv,
  durationMs,
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

/** Everything delivery reads from its environment. */
export const Config = z
  .object({
    ...rpcServerEnv,
    ...opsEnv,
    ...oidcEnv,
    ...databaseEnv,
    ...busEnv,
    ...logEnv,
    ...telemetryEnv,
    ORDERS_RPC_URL: z.url({ protocol: /^https$/, error: "must be an https:// URL" }),
    TRACK_POLL_MS: durationMs(250),
    TRACK_STREAMS_PER_CALLER_MAX: count(16),
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
    /** Where orders answers RPCs. */
    ordersUrl: env.ORDERS_RPC_URL,
    tracking: {
      /** How soon a stream hears of a change made by another replica. */
      pollMs: env.TRACK_POLL_MS,
      /** How many streams of TrackDelivery one caller may hold open in this process. */
      streamsPerCallerMax: env.TRACK_STREAMS_PER_CALLER_MAX,
    },
  }));

export type Config = z.output<typeof Config>;
