// Two people lead a whole life on a platform of its own and are deleted: then no store of it holds a word of theirs.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeCanary, marksOf } from "../src/erasure/canary.ts";
import { asCourier, givenPerson, orderAnimals, readEverything, writeNotes } from "../src/erasure/life.ts";
import { finderOf, type Finder } from "../src/erasure/marks.ts";
import { makeMistakes } from "../src/erasure/mistakes.ts";
import { startSpanSink } from "../src/erasure/span-sink.ts";
import { note, searchClickHouse, searchFiles, searchPostgres, type Findings } from "../src/erasure/stores.ts";
import { as } from "../src/people.ts";
import { expectStatus } from "../src/story.ts";
import { startOwnPlatform } from "./own-platform.ts";

const spans = await startSpanSink();
const platform = await startOwnPlatform({ LOG_LEVEL: "debug", OTEL_EXPORTER_OTLP_ENDPOINT: spans.url });
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await spans[Symbol.asyncDispose]();
});

it("forgets people who are deleted, in every store", async () => {
  const { target, dataDir } = platform;
  const stage = { target, mailFolder: join(dataDir, "mail") };
  const [ofCustomer, ofCourier] = [makeCanary(), makeCanary()];
  const find = finderOf(new Map([...marksOf(ofCustomer), ...[...marksOf(ofCourier)].map(([k, v]) => [`courier's ${k}`, v] as const)]));
  const admin = await as(target, "admin");

  const customer = await givenPerson(stage, ofCustomer);
  const courier = await asCourier(stage, await givenPerson(stage, ofCourier));
  await writeNotes(customer);
  await orderAnimals(stage, customer, courier);
  console.log(await makeMistakes(stage, customer));
  for (const person of [customer, courier]) await readEverything(stage, person);

  console.log("BEFORE", await search(find));
  for (const { api, userId } of [customer, courier]) {
    expectStatus(await api.delete(`/v1/users/${userId}`), 200);
    await expect.poll(async () => (await admin.get(`/v1/users/${userId}`)).status, { timeout: 60_000 }).toBe(404);
  }
  const after = await search(find);
  console.log("AFTER", after);
  expect(after).toEqual({});
});

async function search(find: Finder): Promise<Findings> {
  const { port, dataDir } = platform;
  const secret = async (path: string) => (await readFile(join(dataDir, path), "utf8")).trim();
  const postgres = `postgres://postgres:${await secret("postgres/password")}@127.0.0.1:${port + 2}/postgres`;
  const clickHouse = `http://animal_delivery:${await secret("clickhouse/password")}@127.0.0.1:${port + 3}`;
  const findings = {
    ...(await searchPostgres(postgres, find)),
    ...(await searchClickHouse(clickHouse, "logging", find)),
    ...(await searchFiles(dataDir, find, ["postgres/data", "clickhouse/data", "compile-cache"])),
  };
  note(findings, "output", find, platform.process().output());
  note(findings, "spans", find, spans.text());
  return findings;
}
