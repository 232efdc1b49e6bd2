import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { failure, type Outcome, outcomeOf, type Report } from "./report.ts";
import { type RunOptions, runStep } from "./steps.ts";

/** Tests start a hundred programs of this repository: what one of them compiled need not be compiled by the others. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url));

/** Runs vitest in this terminal. */
export async function runVitest(
  name: string,
  args: readonly string[],
  { env = process.env, ...shown }: RunOptions = {},
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-test-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const exitedWell = await runStep(
      { name, command: ["vitest", "run", ...reporters, ...args] },
      { env: { NODE_COMPILE_CACHE, ...env }, ...shown },
    );
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    return outcomeOf(name, process.cwd(), report, exitedWell);
  } catch (error) {
    console.error(error);
    return failure(name, String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
