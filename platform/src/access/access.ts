import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { access as accessOption } from "@animal-delivery/contracts/gen/common/v1/access_pb";
import type { Relation } from "./caller.ts";
import { contractPolicyFiles, loadPolicy, type PolicyFiles } from "./load-policy.ts";
import { compilePolicy, tableKey, type PolicyTable } from "./policy-table.ts";
import { relationsOf } from "./relations.ts";

/** Who may call what. Casbin's policy is the source of truth; this answers from a table compiled of it. */
export interface Access {
  /**
   * The relations in which any of the roles may call the RPC; empty means refused. `any` comes with every other relation,
   * so `has(relation)` alone tells whether that relation suffices.
   */
  grant(roles: readonly string[], method: DescMethod): ReadonlySet<Relation>;
  /** Reads the files again. Until they are read and good, and for ever when they are not, the old policy holds. */
  reload(): Promise<void>;
}

/** @throws {Error} when the policy cannot be read or has a row that this platform does not understand. */
export async function loadAccess(files: PolicyFiles = contractPolicyFiles()): Promise<Access> {
  let rowOf = rowLookup(await compileFiles(files));
  let reloads: Promise<void> = Promise.resolve();

  const readAfter = async (before: Promise<void>): Promise<void> => {
    await Promise.allSettled([before]);
    rowOf = rowLookup(await compileFiles(files));
  };

  return {
    grant(roles, method) {
      const row = rowOf(method);
      if (!row) return relationsOf(0);
      let mask = 0;
      for (const role of roles) mask |= row.get(role) ?? 0;
      return relationsOf(mask);
    },
    async reload() {
      // One after the other, so that the last one to be asked for is the last one to read.
      reloads = readAfter(reloads);
      return reloads;
    },
  };
}

async function compileFiles(files: PolicyFiles): Promise<PolicyTable> {
  return compilePolicy(await loadPolicy(files));
}

/** Finds an RPC's row; reading the option costs more than the answer, so it is read once per RPC. */
function rowLookup(table: PolicyTable): (method: DescMethod) => ReadonlyMap<string, number> | undefined {
  const rows = new WeakMap<DescMethod, ReadonlyMap<string, number>>();
  return (method) => {
    const known = rows.get(method);
    if (known || !hasOption(method, accessOption)) return known;
    const { resource, action } = getOption(method, accessOption);
    const row = table.get(tableKey(resource, action));
    if (row) rows.set(method, row);
    return row;
  };
}
