import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "./folder.ts";
import { endLeftoverPostgres } from "./leftover.ts";

/** Deletes PostgreSQL's files, wherever they are, after ending a PostgreSQL that may still run on them. */
export async function removePostgres(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  const place = await realpath(folder).catch(() => folder);
  await endLeftoverPostgres(join(place, "data"));
  await rm(place, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
