import { randomUUID } from "node:crypto";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { fileURLToPath } from "node:url";
import { Client, Pool, type PoolClient } from "pg";

/** Rows of one order as the chain wrote them, by table, in the order in which they can be inserted. */
const TABLES = ["orders", "order_items", "order_history", "outbox", "idempotency"] as const;
const MIGRATIONS = fileURLToPath(new URL("../../orders/migrations", import.meta.url));

type Rows = Readonly<Record<(typeof TABLES)[number], Record<string, unknown>>>;

/** A loop that inserts and commits the rows of one order again and again, with nothing around it. */
export interface RawInsertLoop extends AsyncDisposable {
  /** Runs `connections` loops for `durationMs`. @returns orders a second. */
  run(connections: number, durationMs: number): Promise<number>;
}

/**
 * Prepares the loop in a database of its own on the same PostgreSQL, with the same tables and indexes, out of rows that the
 * chain wrote into `ordersUrl`.
 */
export async function openRawInsertLoop(ordersUrl: string): Promise<RawInsertLoop> {
  const rows = await sampleRows(ordersUrl);
  const url = new URL(ordersUrl);
  url.pathname = "/bench";
  await withClient(ordersUrl, async (client) => {
    await client.query("drop database if exists bench with (force)");
    await client.query("create database bench template template0");
  });
  await migrate(url.href, [MIGRATIONS]);
  const pool = new Pool({ connectionString: url.href, max: 64 });
  pool.on("error", () => undefined);
  await copyProduct(ordersUrl, pool, String(rows.order_items["product_id"]));
  return {
    async run(connections, durationMs) {
      const endAt = performance.now() + durationMs;
      const startedAt = performance.now();
      const counts = await Promise.all(Array.from({ length: connections }, () => insertUntil(pool, rows, endAt)));
      return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - startedAt)) * 1000;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function insertUntil(pool: Pool, rows: Rows, endAt: number): Promise<number> {
  const client = await pool.connect();
  try {
    let count = 0;
    for (; performance.now() < endAt; count += 1) await insertOrder(client, rows);
    return count;
  } finally {
    client.release();
  }
}

async function insertOrder(client: PoolClient, rows: Rows): Promise<void> {
  const fresh: Record<string, unknown> = { order_id: randomUUID(), event_id: randomUUID(), key: randomUUID() };
  await client.query("begin");
  for (const table of TABLES) {
    const row = Object.entries(rows[table]);
    const values = row.map(([name, value]) => (name in fresh ? fresh[name] : value));
    const columns = row.map(([name]) => `"${name}"`).join(", ");
    const places = values.map((_, index) => `$${index + 1}`).join(", ");
    await client.query({ name: table, text: `insert into ${table} (${columns}) values (${places})`, values });
  }
  await client.query("commit");
}

/** One row of each table, without the columns that the database makes by itself. */
async function sampleRows(url: string): Promise<Rows> {
  return withClient(url, async (client) => {
    const sample = async (table: string): Promise<Record<string, unknown>> => {
      const { rows } = await client.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) as row from ${table} t limit 1`,
      );
      const [first] = rows;
      if (!first) throw new Error(`no row in ${table}: the chain wrote nothing`);
      const { id: _, ...row } = first.row;
      // jsonb columns come back parsed and go in as text again.
      return Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, isObject(value) ? JSON.stringify(value) : value]),
      );
    };
    const rows: Record<string, Record<string, unknown>> = {};
    for (const table of TABLES) rows[table] = await sample(table);
    return rows as Rows;
  });
}

/** Items refer to a product: the loop's database gets the one that the sample names. */
async function copyProduct(fromUrl: string, to: Pool, productId: string): Promise<void> {
  const row = await withClient(fromUrl, async (client) => {
    const { rows } = await client.query<{ row: string }>(
      "select to_jsonb(p)::text as row from products p where product_id = $1",
      [productId],
    );
    return rows[0]?.row;
  });
  await to.query("insert into products select * from jsonb_populate_record(null::products, $1::jsonb)", [row]);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
