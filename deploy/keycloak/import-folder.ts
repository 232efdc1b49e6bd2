/**
 * Writes the folder that a development Keycloak imports: the realm with the users of `development-users.json`, in one file.
 *
 *   node deploy/keycloak/import-folder.ts FOLDER
 *
 * Keycloak itself fills the `${…}` of the file from its own environment: a secret that is missing there would silently be
 * the text of the placeholder, so this refuses to write without them.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SECRETS = ["API_GATEWAY_SECRET", "ACCOUNTS_SECRET"];

interface WithUsers {
  readonly users: readonly object[];
}

const read = async (name: string): Promise<WithUsers> =>
  JSON.parse(await readFile(new URL(name, import.meta.url), "utf8")) as WithUsers;

const folder = process.argv[2];
const missing = SECRETS.filter((name) => !process.env[name]);
if (folder === undefined || missing.length > 0) {
  console.error(folder === undefined ? "usage: import-folder.ts FOLDER" : `set ${missing.join(" and ")}`);
  process.exit(1);
}
const [realm, { users }] = await Promise.all([read("realm.json"), read("development-users.json")]);
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, "animal-delivery-realm.json"),
  `${JSON.stringify({ ...realm, users: [...realm.users, ...users] }, undefined, 2)}\n`,
  { mode: 0o600 },
);
