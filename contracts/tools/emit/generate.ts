import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buf } from "../contract/buf.ts";
import type { Contract } from "../contract/read-contract.ts";
import { catalogueModule } from "./catalogue.ts";
import { matrixFile } from "./matrix.ts";
import { reasonsModule } from "./reasons.ts";
import { servicesModule } from "./services.ts";

/** What newgen writes, below the contract folder. */
export const GENERATED = ["gen", "openapi", "policy/matrix.csv"] as const;

/** Generates everything from the contract in `folder` into `target`, which must be empty. */
export async function generate(folder: string, contract: Contract, target: string): Promise<void> {
  await buf(folder, "generate", "--output", target);
  await mkdir(join(target, "policy"), { recursive: true });
  await writeFile(join(target, "gen", "services.ts"), servicesModule(contract));
  await writeFile(join(target, "gen", "catalogue.ts"), catalogueModule(contract));
  await writeFile(join(target, "gen", "reasons.ts"), reasonsModule(contract));
  await writeFile(join(target, "policy", "matrix.csv"), matrixFile(contract));
}
