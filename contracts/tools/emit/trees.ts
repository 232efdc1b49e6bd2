import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The files under these entries of two folders that are missing on one side or differ, by path. */
export async function differences(one: string, other: string, entries: readonly string[]): Promise<string[]> {
  const [ours, theirs] = await Promise.all([readTree(one, entries), readTree(other, entries)]);
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return paths.filter((path) => ours.get(path) !== theirs.get(path));
}

async function readTree(root: string, entries: readonly string[]): Promise<Map<string, string>> {
  const paths = await Promise.all(entries.map(async (entry) => filesUnder(root, entry)));
  const contents = paths.flat().map(async (path) => [path, await readFile(join(root, path), "utf8")] as const);
  return new Map(await Promise.all(contents));
}

/** The files of a folder, or the entry itself when it is a file; none when it does not exist. */
async function filesUnder(root: string, entry: string): Promise<string[]> {
  try {
    const found = await readdir(join(root, entry), { recursive: true, withFileTypes: true });
    return found.filter((file) => file.isFile()).map((file) => join(file.parentPath.slice(root.length + 1), file.name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return [entry];
    if (code === "ENOENT") return [];
    throw error;
  }
}
