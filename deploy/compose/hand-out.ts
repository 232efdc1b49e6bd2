// node hand-out.ts <vault> <volumes>: gives each container a volume of its own with its certificate and its secrets, readable
// by the user that it runs as and by nobody else. Secrets that are not in the vault yet are made by chance. Runs as root with
// the right to change owners and no other; nothing but Node is needed.
import { createHash, randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [vault = "/vault", volumes = "/volumes"] = process.argv.slice(2);

/** Users of the images; ours is 10001. */
const UIDS: Readonly<Record<string, number>> = {
  postgres: 999,
  redis: 999,
  kafka: 1_000,
  keycloak: 1_000,
  clickhouse: 101,
  grafana: 472,
};
const OUR_UID = 10_001;

const kafkaPassword = { "kafka-password": secret("kafka") };
const redisUrl = { "redis-url": `rediss://animal-delivery:${secret("redis")}@redis:6379/0` };
const kafkaUiSettings = {
  "bootstrap.servers": "kafka:9092",
  "security.protocol": "SASL_SSL",
  "sasl.mechanism": "SCRAM-SHA-512",
  "sasl.jaas.config": `org.apache.kafka.common.security.scram.ScramLoginModule required username="animal-delivery" password="${secret("kafka")}";`,
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": "/run/secrets/ca.pem",
};

/** What each container is given beside its certificate. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "api-gateway": { ...kafkaPassword, ...redisUrl, "oidc-client-secret": secret("api-gateway") },
  orders: { ...kafkaPassword, ...redisUrl, "database-url": databaseUrl("orders") },
  delivery: { ...kafkaPassword, ...redisUrl, "database-url": databaseUrl("delivery") },
  accounts: {
    ...kafkaPassword,
    ...redisUrl,
    "database-url": databaseUrl("accounts"),
    "accounts-client-secret": secret("accounts"),
  },
  notes: { ...kafkaPassword, ...redisUrl, "database-url": databaseUrl("notes") },
  sagas: { ...kafkaPassword, ...redisUrl, "database-url": databaseUrl("sagas") },
  messenger: { ...kafkaPassword, ...redisUrl, "database-url": databaseUrl("messenger") },
  logging: {
    ...kafkaPassword,
    ...redisUrl,
    "clickhouse-password": secret("clickhouse"),
    "clickhouse-reader-password": secret("clickhouse-reader"),
  },
  topics: kafkaPassword,
  postgres: {
    password: secret("postgres"),
    "orders-password": secret("postgres-orders"),
    "delivery-password": secret("postgres-delivery"),
    "accounts-password": secret("postgres-accounts"),
    "notes-password": secret("postgres-notes"),
    "sagas-password": secret("postgres-sagas"),
    "messenger-password": secret("postgres-messenger"),
    "keycloak-password": secret("postgres-keycloak"),
  },
  redis: { "users.acl": redisUsers() },
  kafka: { password: secret("kafka"), "keystore.pem": pem("kafka.key") + pem("kafka.pem") },
  clickhouse: { password: secret("clickhouse"), "reader-password": secret("clickhouse-reader") },
  keycloak: {
    "database-password": secret("postgres-keycloak"),
    "admin-password": secret("keycloak-admin"),
    "api-gateway-secret": secret("api-gateway"),
    "accounts-secret": secret("accounts"),
  },
  grafana: { "admin-password": secret("grafana-admin"), "clickhouse-password": secret("clickhouse-reader") },
  // JSON is YAML.
  "kafka-ui": {
    "kafka-ui.yml": JSON.stringify({ kafka: { clusters: [{ name: "kafka", properties: kafkaUiSettings }] } }),
  },
};

for (const [container, files] of Object.entries(FILES)) {
  const folder = join(volumes, container);
  if (!existsSync(folder)) continue;
  const uid = UIDS[container] ?? OUR_UID;
  const own = { "ca.pem": pem("ca.pem"), "tls.pem": pem(`${container}.pem`), "tls.key": pem(`${container}.key`) };
  for (const [name, text] of Object.entries({ ...own, ...files })) give(join(folder, name), text, uid);
}

/** A password of this installation, the same at every start. */
function secret(name: string): string {
  const file = join(vault, "secrets", name);
  if (!existsSync(file)) {
    mkdirSync(join(vault, "secrets"), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

/** With a line end, so that files may follow one another. */
function pem(name: string): string {
  return `${readFileSync(join(vault, "certificates", name), "utf8").trimEnd()}\n`;
}

function databaseUrl(name: string): string {
  const password = secret(`postgres-${name}`);
  return `postgresql://${name}:${password}@postgres:5432/${name}?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem`;
}

/** Our services may do what docs/operations.md lists; anybody may ask whether the server lives. */
function redisUsers(): string {
  const hash = createHash("sha256").update(secret("redis")).digest("hex");
  const commands =
    "hello auth ping info select eval evalsha time get set del incr decr pttl pexpire pexpireat hget hmget hsetnx hincrby " +
    "zadd zrem zscore zrange pfadd pfcount";
  return [
    "user default on nopass resetkeys resetchannels -@all +ping",
    `user animal-delivery on #${hash} ~animal-delivery:* resetchannels -@all ${commands.replaceAll(/\w+/g, "+$&")}`,
    "",
  ].join("\n");
}

/** Whole or not at all: who reads it may do so at any moment. */
function give(path: string, text: string, uid: number): void {
  const draft = `${path}.draft`;
  writeFileSync(draft, text, { mode: 0o400 });
  chownSync(draft, uid, uid);
  renameSync(draft, path);
}
