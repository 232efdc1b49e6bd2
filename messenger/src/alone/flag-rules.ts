import { postgresUrl } from "@animal-delivery/platform/config/fragments";
import { redisEnv } from "@animal-delivery/platform/config/redis-config";
import { flagOf, type FlagKey, type Settings } from "./flags.ts";

/**
 * What is wrong with flags beside one another.
 *
 * @param settings without those that are wrong by themselves.
 * @param given what was given, right or wrong.
 */
type Rule = (settings: Partial<Settings>, given: ReadonlySet<FlagKey>) => string | undefined;

/** Flags that say nothing without another one. A switch that was wrong by itself is not missed. */
const GOES_WITH: Partial<Record<FlagKey, FlagKey>> = {
  redisCa: "redis",
  redisPrefix: "redis",
  postgresPool: "postgres",
};

/** Flags that say nothing beside another one. */
const GOES_WITHOUT: readonly (readonly [FlagKey, FlagKey])[] = [
  ["tlsFolder", "tlsCert"],
  ["maxMemory", "redis"],
  ["maxMemory", "postgres"],
];

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
  ...Object.entries(GOES_WITH).map(([key, other]) => goesWith(key as FlagKey, other)),
  ...GOES_WITHOUT.map(([key, other]) => goesWithout(key, other)),
  (_settings, given) =>
    given.has("tlsCert") === given.has("tlsKey") ? undefined : "--tls-cert and --tls-key go together",
  ({ grpcPort, httpPort, opsPort }) => {
    const taken = [grpcPort, httpPort, opsPort].filter((port) => port !== undefined && port !== 0);
    return new Set(taken).size < taken.length
      ? "--grpc-port, --http-port and --ops-port must be different ports"
      : undefined;
  },
];

function goesWith(key: FlagKey, other: FlagKey): Rule {
  return (settings, given) =>
    given.has(key) && (settings[other] === false || !given.has(other))
      ? `${flagOf(key)} goes with ${flagOf(other)}`
      : undefined;
}

function goesWithout(key: FlagKey, other: FlagKey): Rule {
  return (settings, given) =>
    given.has(key) && given.has(other) && settings[other] !== false
      ? `${flagOf(key)} says nothing beside ${flagOf(other)}`
      : undefined;
}
