import type { z } from "zod";
import { busEnv, busOptions } from "./bus-config.ts";
import { logEnv, oidcEnv, opsEnv, rpcServerEnv, telemetryEnv } from "./fragments.ts";
import { oidcOptions, opsOptions, traceOptions } from "./options.ts";
import { redisEnv, redisOptions } from "./redis-config.ts";

/** What every service reads. Goes with the check `oneBus`. */
export const serviceEnv = {
  ...rpcServerEnv,
  ...opsEnv,
  ...oidcEnv,
  ...busEnv,
  ...redisEnv,
  ...logEnv,
  ...telemetryEnv,
};

/** What `main.ts` of a service needs, whichever service it is. */
export function serviceOptions(env: z.output<z.ZodObject<typeof serviceEnv>>) {
  return {
    rpc: { host: env.RPC_HOST, port: env.RPC_PORT },
    tls: { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE, caFile: env.TLS_CA_FILE },
    ops: opsOptions(env),
    oidc: oidcOptions(env),
    bus: busOptions(env),
    redis: redisOptions(env),
    logLevel: env.LOG_LEVEL,
    traces: traceOptions(env),
  };
}
