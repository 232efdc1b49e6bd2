import { buf, BufError } from "../contract/buf.ts";
import type { Contract } from "../contract/read-contract.ts";
import { checkAccess } from "./access.ts";
import { checkCelRules } from "./cel-rules.ts";
import { checkExamples } from "./examples.ts";
import { checkPersonalData } from "./personal-data.ts";
import { checkReasons } from "./reasons.ts";
import { checkRoutes } from "./routes.ts";

const CHECKS = [checkAccess, checkReasons, checkPersonalData, checkExamples, checkCelRules, checkRoutes];

/** Everything that is wrong with a contract that compiles, one finding a line; what buf's own lint finds comes first. */
export async function checkContract(folder: string, contract: Contract): Promise<string[]> {
  return [...(await lint(folder)), ...CHECKS.flatMap((check) => check(contract))];
}

async function lint(folder: string): Promise<readonly string[]> {
  try {
    await buf(folder, "lint");
    return [];
  } catch (error) {
    if (error instanceof BufError) return error.lines;
    throw error;
  }
}
