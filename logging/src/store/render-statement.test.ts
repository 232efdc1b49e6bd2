import { describe, expect, it } from "vitest";
import { migrationStatements } from "./migrate.ts";
import { renderStatement } from "./render-statement.ts";

describe("renderStatement", () => {
  it("leaves every statement as it is for a single server", () => {
    expect(renderStatement("create table anything", {})).toEqual(["create table anything"]);
  });

  it.each([
    [
      "a table",
      "-- Why.\ncreate table if not exists facts\n(\n    id UUID\n)\nengine = ReplacingMergeTree\npartition by 1\norder by (at, id)",
      [
        "create table if not exists facts_local on cluster 'all' (\n    id UUID\n) engine = ReplicatedReplacingMergeTree\npartition by 1\norder by (at, id)",
        "create table if not exists facts on cluster 'all' as facts_local " +
          "engine = Distributed('all', currentDatabase(), facts_local, cityHash64(at, id))",
      ],
    ],
    [
      "a view",
      "create view if not exists seen as\nselect 1",
      ["create view if not exists seen on cluster 'all' as\nselect 1"],
    ],
    [
      "a refreshable view",
      "create materialized view if not exists counts\nrefresh after 15 second\nengine = MergeTree as select 1",
      [
        "create materialized view if not exists counts on cluster 'all'\nrefresh after 15 second\nengine = MergeTree as select 1",
      ],
    ],
    [
      "how often a view is rebuilt",
      "alter table counts modify REFRESH AFTER 5 SECOND",
      ["alter table counts on cluster 'all' modify REFRESH AFTER 5 SECOND"],
    ],
    [
      "how a column is stored",
      "alter table facts modify column id UUID codec (ZSTD)",
      ["alter table facts_local on cluster 'all' modify column id UUID codec (ZSTD)"],
    ],
    [
      "a new column, which both tables show",
      "alter table facts add column if not exists more String",
      [
        "alter table facts_local on cluster 'all' add column if not exists more String",
        "alter table facts on cluster 'all' add column if not exists more String",
      ],
    ],
  ])("renders %s for a cluster", (_, statement, rendered) => {
    expect(renderStatement(statement, { cluster: "all" })).toEqual(rendered);
  });

  it("refuses a statement that has no form for a cluster", () => {
    expect(() => renderStatement("optimize table facts", { cluster: "all" })).toThrow(
      "no form for a cluster: optimize",
    );
  });

  it("has a form for every statement of every migration", async () => {
    const statements = await migrationStatements({ cluster: "all" });

    expect(statements.length).toBeGreaterThan(15);
    expect(statements.every((statement) => statement.includes(" on cluster 'all'"))).toBe(true);
    expect(statements.filter((statement) => statement.includes("Distributed("))).toHaveLength(3);
  });
});
