import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buf } from "../contract/buf.ts";
import type { Contract } from "../contract/read-contract.ts";
import { catalogueModule } from "./catalogue.ts";
import { errorsPage } from "./errors-page.ts";
import { matrixFile } from "./matrix.ts";
import { reasonsModule } from "./reasons.ts";
import { servicesModule } from "./services.ts";

/** What newgen writes, below the repository's folder. */
export const GENERATED = [
  "contracts/gen",
  "contracts/openapi",
  "contracts/policy/matrix.csv",
  "docs/errors.md",
] as const;

/** Generates everything from the contract in `folder` into `target`, which must be empty. */
export async function generate(folder: string, contract: Contract, target: string): Promise<void> {
  await buf(folder, "generate", "--output", join(target, "contracts"));
  const files = {
    "contracts/gen/services.ts": servicesModule(contract),
    "contracts/gen/catalogue.ts": catalogueModule(contract),
    "contracts/gen/reasons.ts": reasonsModule(contract),
    "contracts/policy/matrix.csv": matrixFile(contract),
    "docs/errors.md": await errorsPage(contract),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), text);
  }
}
