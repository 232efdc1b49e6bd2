import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkContract } from "../tools/checks/check-contract.ts";
import { readContract } from "../tools/contract/read-contract.ts";

const CONTRACTS = fileURLToPath(new URL("..", import.meta.url));

/** One edit: in this file, the first occurrence of this text becomes that. */
export type Edit = readonly [file: string, text: string, replacement: string];

/** What newgen finds wrong with a copy of the contract after the edits. */
export async function findingsAfter(...edits: readonly Edit[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "contract-"));
  try {
    for (const entry of ["proto", "third_party", "policy", "buf.yaml"]) {
      await cp(join(CONTRACTS, entry), join(folder, entry), { recursive: true });
    }
    for (const [file, text, replacement] of edits) await replaceIn(join(folder, file), text, replacement);
    return await checkContract(folder, await readContract(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @throws {Error} when the text is not there: the edit would test nothing. */
async function replaceIn(path: string, text: string, replacement: string): Promise<void> {
  const before = await readFile(path, "utf8");
  if (!before.includes(text)) throw new Error(`${path} does not hold ${JSON.stringify(text)}`);
  await writeFile(
    path,
    before.replace(text, () => replacement),
  );
}
