// The same two lives on the engines of a company: then no database, topic, key, trace, log or provider has a word of theirs.
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { engine } from "@animal-delivery/platform/testing/engines";
import { openAdmin } from "@animal-delivery/platform/testing/keycloak-admin";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEnvPlatform } from "../../src/env/start-env-platform.ts";
import { aDayPasses } from "../../src/erasure/a-day-passes.ts";
import { marksOf, secretsOf } from "../../src/erasure/canary.ts";
import { deletePeople, leadLives, readEverything, type Person } from "../../src/erasure/life.ts";
import { finderOf, named, type Finder } from "../../src/erasure/marks.ts";
import { makeMistakes } from "../../src/erasure/mistakes.ts";
import { searchJaeger } from "../../src/erasure/search-jaeger.ts";
import { searchKafka } from "../../src/erasure/search-kafka.ts";
import { expireEvents, searchKeycloak } from "../../src/erasure/search-keycloak.ts";
import { searchRedis } from "../../src/erasure/search-redis.ts";
import { searchClickHouse, searchFiles, searchPostgres, type Findings } from "../../src/erasure/stores.ts";
import { as } from "../../src/people.ts";

/** Where people must be found while they are there; else the search is worth nothing. */
const THERE = [
  "file mail/*.eml",
  "keycloak events",
  "keycloak users",
  "postgres accounts public.emails",
  "postgres accounts public.users",
  "postgres delivery public.couriers",
  "postgres delivery public.deliveries",
  "postgres delivery public.delivery_history",
  "postgres delivery public.positions",
  "postgres messenger public.answers",
  "postgres messenger public.chats",
  "postgres messenger public.members",
  "postgres messenger public.messages",
  "postgres messenger public.sessions",
  "postgres notes public.notes",
  "postgres orders public.order_history",
  "postgres orders public.orders",
];

/** Where the pseudonym of a person is, who is named nowhere there. */
const BY_SUBJECT = [
  "kafka logs",
  "kafka orders.events",
  "kafka saga.commands",
  "clickhouse events",
  "clickhouse logs",
  "file logs/api-gateway.log",
  "file logs/orders.log",
  "postgres sagas public.sagas",
];

/** What is left of them on the day of their deletion, and is promised to be gone in a day or a week: docs/operations.md. */
const KEPT_FOR_A_WHILE = ["keycloak events", "postgres accounts public.idempotency"];

const mailFolder = join(import.meta.dirname, "../../.data/erasure/mail");
await rm(mailFolder, { recursive: true, force: true });
const beganAt = new Date();
const platform = await startEnvPlatform({
  // It tells most.
  LOG_LEVEL: "debug",
  // Hashing passwords takes a busy machine its time.
  REQUEST_TIMEOUT_MS: "30000",
  OIDC_TIMEOUT_MS: "10000",
  MAIL_FOLDER: mailFolder,
});
afterAll(() => platform[Symbol.asyncDispose]());

const admin = openAdmin();
const realm = new URL(engine("OIDC_ISSUER")).pathname.split("/").at(-1) ?? "";
const stage = { target: platform.target, mailFolder };
let people: readonly [customer: Person, courier: Person];
let findPeople: Finder;

beforeAll(async () => {
  people = await leadLives(stage);
  findPeople = finderOf(named(people, ({ canary }) => marksOf(canary)));
  await makeMistakes(stage, people[0]);
  for (const person of people) await readEverything(stage, person);
}, 240_000);

it("finds people in every store that holds them, their pseudonym in the others, and passwords in none", async () => {
  const [customer] = people;
  const bySubject = finderOf(new Map([["subject", customer.userId]]));

  expect(Object.keys(await search(findPeople))).toEqual(expect.arrayContaining(THERE));
  await expect
    .poll(async () => Object.keys(await search(bySubject)), { timeout: 60_000 })
    .toEqual(expect.arrayContaining(BY_SUBJECT));
  expect(await search(finderOf(named(people, ({ canary }) => secretsOf(canary))))).toEqual({});
});

it("searches the keys of Redis, and traces", async () => {
  const kept = finderOf(new Map([["counter", "rate"]]));
  const traced = finderOf(new Map([["method", "orders.v1.OrderService/CreateOrder"]]));

  expect(Object.keys(await searchRedis(engine("REDIS_URL"), kept))).not.toEqual([]);
  await expect
    .poll(async () => Object.keys(await searchJaeger(engine("JAEGER_URL"), beganAt, traced)), { timeout: 60_000 })
    .toEqual(expect.arrayContaining(["jaeger api-gateway", "jaeger orders"]));
});

it("finds nothing of people who were deleted, but what is promised to go in time, and then does", async () => {
  await deletePeople(stage, people);
  await everythingToldIsKept();

  const left = await search(findPeople);

  expect(left).toEqual(Object.fromEntries(KEPT_FOR_A_WHILE.map((place) => [place, expect.any(String)])));
  await aDayPasses(accountsUrl());
  await expireEvents(admin, realm);
  expect(await search(findPeople)).toEqual({});
});

/** Everything that the platform keeps outside its memory. */
async function search(find: Finder): Promise<Findings> {
  return {
    ...(await searchPostgres(engine("DATABASE_URL"), find)),
    ...(await searchEventStore(find)),
    ...(await searchRedis(engine("REDIS_URL"), find)),
    ...(await searchKafka(engine("KAFKA_BROKERS"), find)),
    ...(await searchJaeger(engine("JAEGER_URL"), beganAt, find)),
    ...(await searchKeycloak(admin, realm, find)),
    ...(await searchFiles(join(mailFolder, ".."), find, [])),
    ...(await searchFiles(join(platform.logs, ".."), find, ["certificates", "compile-cache"])),
  };
}

/** Waits until the log lines and spans of a later request are where those of the deletion must have come before. */
async function everythingToldIsKept(): Promise<void> {
  const asker = await as(platform.target, "admin");
  const traceId = randomBytes(16).toString("hex");
  const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01` };
  expect((await asker.get(`/v1/users/${people[0].userId}`, { headers })).status).toBe(404);
  const lines = finderOf(new Map([["trace", traceId]]));
  const places = async () => ({
    ...(await searchEventStore(lines)),
    ...(await searchJaeger(engine("JAEGER_URL"), beganAt, lines)),
  });
  await expect
    .poll(async () => Object.keys(await places()), { timeout: 60_000 })
    .toEqual(expect.arrayContaining(["clickhouse logs", "jaeger accounts", "jaeger api-gateway"]));
}

function searchEventStore(find: Finder): Promise<Findings> {
  const url = new URL(engine("CLICKHOUSE_URL"));
  url.username = process.env.CLICKHOUSE_USER ?? "default";
  url.password = process.env.CLICKHOUSE_PASSWORD ?? "";
  return searchClickHouse(url.href, process.env.CLICKHOUSE_DATABASE ?? "logging", find);
}

function accountsUrl(): string {
  const url = new URL(engine("DATABASE_URL"));
  url.pathname = "/accounts";
  return url.href;
}
