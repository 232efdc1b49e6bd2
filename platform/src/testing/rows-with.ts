import type { Queryable } from "../db/database.ts";

/**
 * Searches every table of a database for texts, in any column: in text, in JSON, and as UTF-8 in bytes.
 *
 * @returns how many rows of which table hold one of them; tables without such a row are left out.
 */
export async function rowsWith(db: Queryable, texts: readonly string[]): Promise<Record<string, number>> {
  const { rows: tables } = await db.query<{ table: string; columns: string[] }>(
    "tables_to_search",
    `select c.table_name as table,
            array_agg(case when c.data_type = 'bytea' then format('encode(%I, ''escape'')', c.column_name)
                           else format('%I::text', c.column_name) end) as columns
       from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
      group by c.table_name`,
  );
  const found: Record<string, number> = {};
  for (const { table, columns } of tables) {
    const { rows } = await db.query<{ count: number }>(
      `search_${table}`,
      `select count(*)::int from "${table}" where concat_ws(' ', ${columns.join(", ")}) like any ($1::text[])`,
      [texts.map((text) => `%${text}%`)],
    );
    if (rows[0]?.count) found[table] = rows[0].count;
  }
  return found;
}
