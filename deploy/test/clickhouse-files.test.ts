// What a ClickHouse server gets from deploy/clickhouse.
import { readFile } from "node:fs/promises";
import { createClient } from "@clickhouse/client";
import { describe, expect, inject, it } from "vitest";

const folder = new URL("../clickhouse/", import.meta.url);
const BOUND = /<(\w+)><min>(\d+)<\/min><max>(\d+)<\/max><\/\1>/g;

describe("deploy/clickhouse", () => {
  it("makes users by statements that the engine understands", async () => {
    await using client = createClient({ url: inject("clickhouseUrl") });
    const statements = (await textOf("users.sql")).split(/;\s*$/m).filter((statement) => statement.trim() !== "");

    for (const statement of statements) {
      const query = "select formatQuery({statement:String}) as text";
      const result = await client.query({ query, query_params: { statement }, format: "JSONEachRow" });
      expect(JSON.stringify(await result.json())).toMatch(/CREATE|GRANT/);
    }
    expect(statements).toHaveLength(9);
  });

  it("bounds the reader alike in either way of making it", async () => {
    const [xml, sql] = await Promise.all([textOf("users.d/reader.xml"), textOf("users.sql")]);
    const bounds = [...xml.matchAll(BOUND)].map(([, setting, min, max]) => ({ setting, min, max }));

    expect(bounds).toHaveLength(3);
    for (const { setting, min, max } of bounds) {
      const value = new RegExp(`<${setting}>(\\d+)</${setting}>`).exec(xml)?.[1];
      expect(sql).toContain(`${setting} = ${value} MIN ${min} MAX ${max}`);
    }
    expect(xml).toContain("<readonly>2</readonly>");
    expect(sql).toContain("readonly = 2");
  });
});

async function textOf(file: string): Promise<string> {
  return readFile(new URL(file, folder), "utf8");
}
