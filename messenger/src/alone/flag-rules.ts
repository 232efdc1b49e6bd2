import { postgresUrl } from "@animal-delivery/platform/config/fragments";
import { redisEnv } from "@animal-delivery/platform/config/redis-config";
import type { FlagKey, Settings } from "./flags.ts";

/**
 * What is wrong with flags beside one another.
 *
 * @param settings without those that are wrong by themselves.
 * @param given what was given, right or wrong.
 */
type Rule = (settings: Partial<Settings>, given: ReadonlySet<FlagKey>) => string | undefined;

export const RULES: readonly Rule[] = [
  ({ redis, postgres }) => (redis && postgres ? "--redis and --postgres exclude each other" : undefined),
  ({ redis, postgres }, given) =>
    (redis || postgres) && !given.has("dsn") ? "--dsn is missing: where is the store?" : undefined,
  ({ redis, postgres }, given) =>
    redis === false && postgres === false && given.has("dsn") ? "--dsn goes with --redis or --postgres" : undefined,
  // What is wrong with it is not repeated: it may hold a password.
  ({ redis, postgres, dsn }) =>
    redis && !postgres && dsn !== undefined && !redisEnv.REDIS_URL.safeParse(dsn).success
      ? "--dsn: must be redis:// or rediss:// URLs, by commas"
      : undefined,
  ({ redis, postgres, dsn }) =>
    postgres && !redis && dsn !== undefined && !postgresUrl.safeParse(dsn).success
      ? "--dsn: must be a postgresql:// URL"
      : undefined,
  ({ redis }, given) => (redis === false && given.has("redisCa") ? "--redis-ca goes with --redis" : undefined),
  (_settings, given) =>
    given.has("tlsCert") === given.has("tlsKey") ? undefined : "--tls-cert and --tls-key go together",
  ({ grpcPort, httpPort, opsPort }) => {
    const taken = [grpcPort, httpPort, opsPort].filter((port) => port !== undefined && port !== 0);
    return new Set(taken).size < taken.length
      ? "--grpc-port, --http-port and --ops-port must be different ports"
      : undefined;
  },
];
