import type { ClickHouseClient } from "@clickhouse/client";
import type { ClusterOptions } from "./render-statement.ts";

/** The figures of the tables that are configured. */
export interface SchemaSettings extends ClusterOptions {
  /** How long events are kept, and records that are no events, in days. */
  readonly eventsDays: number;
  /** How long log lines are kept, in days. */
  readonly logsDays: number;
  /** How long a refreshable view rests between two rebuilds, in seconds. */
  readonly refreshS: number;
}

/** The one place of these figures; the migrations' own are the ones of their time. */
export const SCHEMA_DEFAULTS = { eventsDays: 730, logsDays: 30, refreshS: 15 } as const satisfies SchemaSettings;

const REFRESHABLE_VIEWS = ["order_facts", "event_counts", "log_counts"];

interface Alteration {
  readonly table: string;
  /** What the table's definition holds when there is nothing to do, in the server's own words. */
  readonly wanted: string;
  /** An `alter table` that brings it about. */
  readonly statement: string;
}

/** What differs between the tables as they are and as they are configured, as statements. */
export async function alterationsOf(
  clickhouse: ClickHouseClient,
  settings: SchemaSettings,
): Promise<readonly Alteration["statement"][]> {
  const definitions = await definitionsOf(clickhouse, settings);
  const isMissing = ({ table, wanted }: Alteration) => definitions.get(table)?.includes(wanted) === false;
  return alterations(settings)
    .filter(isMissing)
    .map(({ statement }) => statement);
}

function alterations({ eventsDays, logsDays, refreshS }: SchemaSettings): Alteration[] {
  const kept = [
    { table: "events", column: "occurred_at", days: eventsDays },
    { table: "unreadable_records", column: "arrived_at", days: eventsDays },
    { table: "logs", column: "logged_at", days: logsDays },
  ];
  const ttls = kept.map(({ table, column, days }) => {
    const wanted = `TTL toDateTime(${column}) + toIntervalDay(${days})`;
    return { table, wanted, statement: `alter table ${table} modify ${wanted}` };
  });
  const refreshes = REFRESHABLE_VIEWS.map((table) => {
    const wanted = `REFRESH AFTER ${refreshS} SECOND`;
    return { table, wanted, statement: `alter table ${table} modify ${wanted}` };
  });
  return [...ttls, ...refreshes];
}

/** The definitions by the names that migrations use. */
async function definitionsOf(clickhouse: ClickHouseClient, { cluster }: ClusterOptions): Promise<Map<string, string>> {
  const result = await clickhouse.query({
    query: "select name, create_table_query from system.tables where database = currentDatabase()",
    format: "JSONEachRow",
  });
  const rows = await result.json<{ name: string; create_table_query: string }>();
  const definitions = new Map(rows.map((row) => [row.name, row.create_table_query]));
  // On a cluster the rows, and so their retention, lie in the local tables.
  for (const [name, definition] of cluster === undefined ? [] : definitions) {
    if (name.endsWith("_local")) definitions.set(name.slice(0, -"_local".length), definition);
  }
  return definitions;
}
