import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedClickHouse, startClickHouse } from "../embedded/clickhouse/start-clickhouse.ts";
import { freePort } from "@animal-delivery/platform/testing/free-port";
import { processCommand } from "../embedded/process-command.ts";

// Drives the embedded engine with the real client, as logging does.
describe("startClickHouse", () => {
  let folder: string;
  let clickhouse: EmbeddedClickHouse;
  let client: ClickHouseClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "embedded-clickhouse-"));
    clickhouse = await startClickHouse({ folder, port: await freePort(), report: () => undefined });
    client = createClient({ url: clickhouse.url, log: { level: ClickHouseLogLevel.OFF } });
    await client.command({ query: "create table facts (id UInt64, text String) engine = MergeTree order by id" });
  });
  afterAll(async () => {
    await client.close();
    await clickhouse.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const rowsOf = async (query: string, parameters: Record<string, unknown> = {}) =>
    (await client.query({ query, query_params: parameters, format: "JSONEachRow" })).json();

  it("answers a ping, with and without the engine", async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  it("keeps what was inserted, however hard the text, and counts it in the summary", async () => {
    const texts = ["it's", 'a"b', "back\\slash", "line\nbreak\n\nempty; drop table facts", "tab\t", "кошка"];
    const values = texts.map((text, index) => ({ id: 100 + index, text }));

    const { summary } = await client.insert({ table: "facts", values, format: "JSONEachRow" });

    expect(summary?.written_rows).toBe("6");
    expect(await rowsOf("select text from facts where id >= 100 and id < 200 order by id")).toEqual(
      texts.map((text) => ({ text })),
    );
  });

  it("reads parameters of every shape as they were given", async () => {
    const given = { text: "it's \\ a\ttab\n", list: ["x'y", "p\\q"], map: { "k'": "v" }, nothing: null, one: 1 };
    const query = `select {text:String} as text, {list:Array(String)} as list, {map:Map(String, String)} as map,
      {nothing:Nullable(String)} as nothing, {one:UInt8} as one`;

    expect(await rowsOf(query, given)).toEqual([given]);
  });

  it("keeps parameters and settings of statements at once apart", async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);

    const answers = await Promise.all(
      numbers.map((number) => rowsOf("select {number:UInt32} as number, sleep(0.005) as slept", { number })),
    );

    expect(answers).toEqual(numbers.map((number) => [{ number, slept: 0 }]));
    await expect(rowsOf("select {number:UInt32} as number")).rejects.toMatchObject({ type: "UNKNOWN_QUERY_PARAMETER" });
  });

  it("packs answers and unpacks rows when the client asks", async () => {
    await using packing = createClient({ url: clickhouse.url, compression: { request: true, response: true } });
    const values = Array.from({ length: 500 }, (_, index) => ({ id: 1_000 + index, text: "x".repeat(50) }));

    await packing.insert({ table: "facts", values, format: "JSONEachRow" });

    const answer = await packing.query({
      query: "select id, text from facts where id >= 1000 and id < 2000 order by id",
    });
    expect((await answer.json()).data).toHaveLength(500);
  });

  it("inserts a stream of rows", async () => {
    const values = Readable.from(Array.from({ length: 200 }, (_, index) => ({ id: 3_000 + index, text: "streamed" })));

    await client.insert({ table: "facts", values, format: "JSONEachRow" });

    expect(await rowsOf("select toUInt32(count()) as count from facts where id >= 3000 and id < 4000")).toEqual([
      { count: 200 },
    ]);
  });

  it.each([
    { query: "select nope", code: "47", type: "UNKNOWN_IDENTIFIER" },
    { query: "selekt 1", code: "62", type: "SYNTAX_ERROR" },
    { query: "select * from nowhere", code: "60", type: "UNKNOWN_TABLE" },
  ])("refuses $query as ClickHouse does", async ({ query, code, type }) => {
    await expect(client.query({ query })).rejects.toMatchObject({ code, type });
  });

  it("ends a statement at its time limit", async () => {
    const query = "select sum(cityHash64(number, toString(number))) from numbers(100000000000)";

    const answer = client.query({ query, clickhouse_settings: { max_execution_time: 1 } });

    await expect(answer).rejects.toMatchObject({ code: "159", type: "TIMEOUT_EXCEEDED" });
  });

  it("refuses a wrong password", async () => {
    const url = new URL(clickhouse.url);
    url.password = "wrong";
    await using stranger = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });

    await expect(stranger.query({ query: "select 1" })).rejects.toMatchObject({ type: "AUTHENTICATION_FAILED" });
  });

  it("lets the reader ask and set limits, and change nothing", async () => {
    const { user: username, password } = clickhouse.reader;
    const url = Object.assign(new URL(clickhouse.url), { username, password });
    await using reader = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });
    const settings = { max_execution_time: 5, max_block_size: "1000" };

    const answer = await reader.query({
      query: "select 1 as one",
      format: "JSONEachRow",
      clickhouse_settings: settings,
    });

    expect(await answer.json()).toEqual([{ one: 1 }]);
    for (const query of [
      "drop table facts",
      "truncate table facts",
      "set readonly = 0",
      "create table t (x Int8) engine = Memory",
    ]) {
      await expect(reader.command({ query })).rejects.toMatchObject({ code: "164", type: "READONLY" });
    }
    const values = [{ id: 1, text: "smuggled" }];
    await expect(reader.insert({ table: "facts", values, format: "JSONEachRow" })).rejects.toMatchObject({
      code: "164",
    });
    const forced = reader.command({ query: "truncate table facts", clickhouse_settings: { readonly: "0" } });
    await expect(forced).rejects.toMatchObject({ code: "164" });
  });

  it("refuses a body over the limit", async () => {
    const { origin, username, password } = new URL(clickhouse.url);
    const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    const body = Buffer.alloc(65 * 1024 * 1024, " ");

    const answer = await fetch(`${origin}/?query=select+1`, { method: "POST", headers, body }).catch(() => undefined);

    // The connection may be cut while the body is still on its way.
    expect([413, undefined]).toContain(answer?.status);
    expect(await client.ping()).toEqual({ success: true });
  });

  it("loses nothing acknowledged when it is killed, and comes back at the same port", async () => {
    const insertUntilKilled = async () => {
      let acknowledged = 0;
      for (;;) {
        const values = [{ id: 10_000 + acknowledged, text: "counted" }];
        const answer = await client.insert({ table: "facts", values, format: "JSONEachRow" }).catch(() => undefined);
        if (!answer) return acknowledged;
        acknowledged += 1;
        if (acknowledged === 20) process.kill(clickhouse.pid(), "SIGKILL");
      }
    };

    const acknowledged = await insertUntilKilled();

    await expect.poll(async () => (await client.ping()).success, { timeout: 10_000 }).toBe(true);
    const [row] = await rowsOf("select toUInt32(uniqExact(id)) as count from facts where id >= 10000 and id < 20000");
    // The last insert may have been written although its answer was lost.
    expect([acknowledged, acknowledged + 1]).toContain((row as { count: number }).count);
  });

  it("names the port that is taken", async () => {
    const port = await freePort();
    await using server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    const other = join(folder, "other");

    await expect(startClickHouse({ folder: other, port, report: () => undefined })).rejects.toThrow(
      `Port ${port} on 127.0.0.1, wanted for ClickHouse, is taken`,
    );
  });

  it("ends when the process that started it is killed in the middle of a statement", async () => {
    const program = fileURLToPath(new URL("./fixtures/hold-clickhouse.ts", import.meta.url));
    const parent = spawn(process.execPath, [program, join(folder, "held"), String(await freePort())], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];

    parent.kill("SIGKILL");

    await expect.poll(() => processCommand(Number(line)), { timeout: 10_000 }).toBeUndefined();
  });
});
