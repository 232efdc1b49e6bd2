import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkContract } from "./checks/check-contract.ts";
import { BufError } from "./contract/buf.ts";
import { readContract } from "./contract/read-contract.ts";
import { generate, GENERATED } from "./emit/generate.ts";
import { differences } from "./emit/trees.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const FOLDER = join(ROOT, "contracts");

/**
 * Deletes what is generated from the contract and generates it again; with --check, compares instead of replacing. Refuses a
 * contract that breaks a rule before anything is touched.
 */
async function newgen(check: boolean): Promise<string[]> {
  const contract = await readContract(FOLDER);
  const findings = await checkContract(FOLDER, contract);
  if (findings.length > 0) return findings;

  const fresh = await mkdtemp(join(tmpdir(), "newgen-"));
  try {
    await generate(FOLDER, contract, fresh);
    const stale = await differences(fresh, ROOT, GENERATED);
    if (check) return stale.map((path) => `${path} is not what \`pnpm newgen\` makes of the contract`);
    await replace(fresh, stale);
    console.log(stale.length === 0 ? "newgen: nothing changed" : `newgen: changed\n  ${stale.join("\n  ")}`);
    return [];
  } finally {
    await rm(fresh, { recursive: true });
  }
}

/** Leaves what a deletion and a copy would leave, without a moment in which the files are missing. */
async function replace(fresh: string, stale: readonly string[]): Promise<void> {
  for (const path of stale) {
    if (existsSync(join(fresh, path))) await cp(join(fresh, path), join(ROOT, path));
    else await rm(join(ROOT, path));
  }
}

try {
  const findings = await newgen(process.argv.includes("--check"));
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof BufError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
