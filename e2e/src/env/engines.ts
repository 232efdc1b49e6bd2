/** The engines of a platform under test, where the environment says they are. */
export interface Engines {
  /** The address of a database of PostgreSQL. */
  databaseUrl(name: string): string;
}

/** What must be set, and to what; of a list one. Everything else that a service reads is handed on as well. */
const REQUIRED: readonly (readonly [names: readonly string[], meaning: string])[] = [
  [["DATABASE_URL"], "a PostgreSQL whose user may create databases: postgres://postgres@127.0.0.1:5432/postgres"],
  [["KAFKA_BROKERS", "BUS_DATABASE_URL"], "the event bus: 127.0.0.1:9092"],
  [["REDIS_URL"], "counters and sessions: redis://127.0.0.1:6379/0"],
  [["CLICKHOUSE_URL"], "the event store: http://127.0.0.1:8123"],
  [["OIDC_ISSUER"], "the realm of the seeded users: http://127.0.0.1:8180/realms/animal-delivery"],
  [["KEYCLOAK_ADMIN_URL"], "that realm's administration: http://127.0.0.1:8180/admin/realms/animal-delivery"],
  [["ACCOUNTS_CLIENT_SECRET", "ACCOUNTS_CLIENT_SECRET_FILE"], "the client in the realm that keeps its users"],
];

/** @throws {Error} that lists each variable which is not set, and what it is for. */
export function readEngines(env: NodeJS.ProcessEnv): Engines {
  const missing = REQUIRED.filter(([names]) => names.every((name) => (env[name] ?? "") === ""));
  if (missing.length > 0) {
    const lines = missing.map(([names, meaning]) => `  ${names.join(" or ")}: is not set (${meaning})`);
    throw new Error(`the engines are not all named:\n${lines.join("\n")}`);
  }
  const server = env.DATABASE_URL ?? "";
  return {
    databaseUrl(name) {
      const url = new URL(server);
      url.pathname = `/${name}`;
      return url.href;
    },
  };
}
