import { Client, DatabaseError } from "pg";

const DUPLICATE_DATABASE = "42P04";
/** What two simultaneous `create database` meet instead of the above. */
const UNIQUE_VIOLATION = "23505";

/** Creates the database that `url` names, in UTF-8 and with byte order, when it is missing. Needs a role that may. */
export async function ensureDatabase(url: string): Promise<void> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = "/postgres";
  const client = new Client({ connectionString: server.href });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) await createDatabase(client, name);
  } finally {
    await client.end();
  }
}

/** C.UTF-8 orders text the same on every machine, so indexes survive a move and pages never shift. */
async function createDatabase(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ builtin: boolean }>(
    "select current_setting('server_version_num')::int >= 170000 as builtin",
  );
  // PostgreSQL brings this locale itself since version 17; before, the operating system must have it.
  const locale = rows[0]?.builtin
    ? "locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'"
    : "locale_provider libc lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'";
  try {
    await client.query(`create database ${client.escapeIdentifier(name)} template template0 encoding 'UTF8' ${locale}`);
  } catch (error) {
    const code = error instanceof DatabaseError ? error.code : undefined;
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  }
}
