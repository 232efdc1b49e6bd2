import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { newEnforcer, newModelFromString, StringAdapter, type Enforcer } from "casbin";

/** Paths of a Casbin model and its policy. */
export interface PolicyFiles {
  readonly model: string;
  readonly policy: string;
}

/** The reviewed policy of this repository. */
export function contractPolicyFiles(): PolicyFiles {
  const { resolve } = createRequire(import.meta.url);
  return {
    model: resolve("@animal-delivery/contracts/policy/model.conf"),
    policy: resolve("@animal-delivery/contracts/policy/policy.csv"),
  };
}

/**
 * A new enforcer for the files as they are now.
 *
 * @throws {Error} when a file is missing, does not parse, is empty, or Casbin skipped a line of it without a word.
 */
export async function loadPolicy(files: PolicyFiles): Promise<Enforcer> {
  const [model, policy] = await Promise.all([readFile(files.model, "utf8"), readFile(files.policy, "utf8")]);
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(policy));
  const loaded = (await enforcer.getPolicy()).length + (await enforcer.getGroupingPolicy()).length;
  const written = policy.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#")).length;
  if (loaded === 0) throw new Error(`the policy ${files.policy} grants nothing`);
  if (loaded !== written) throw new Error(`Casbin read ${loaded} of the ${written} rows of ${files.policy}`);
  return enforcer;
}
