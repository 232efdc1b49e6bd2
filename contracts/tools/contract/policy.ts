import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";

interface PolicyRow {
  readonly role: string;
  readonly resource: string;
  readonly action: string;
  readonly relation: string;
}

/** The Casbin policy, asked through Casbin itself: the platform's table is compared with what comes of it. */
export interface Policy {
  /** Every role it names, in the order of the file. */
  readonly roles: readonly string[];
  readonly rows: readonly PolicyRow[];
  /** Every relation but `any` that a row names, in the order of the file. */
  readonly relations: readonly string[];
  allows(row: PolicyRow): boolean;
}

export async function readPolicy(folder: string): Promise<Policy> {
  const read = async (name: string) => readFile(join(folder, "policy", name), "utf8");
  const enforcer = await newEnforcer(
    newModelFromString(await read("model.conf")),
    new StringAdapter(await read("policy.csv")),
  );
  const rows = (await enforcer.getPolicy()).map((row): PolicyRow => {
    const [role = "", resource = "", action = "", relation = ""] = row;
    return { role, resource, action, relation };
  });
  const inheriting = (await enforcer.getGroupingPolicy()).flatMap(([role, inherited]) => [inherited ?? "", role ?? ""]);
  return {
    roles: [...new Set([...inheriting, ...rows.map((row) => row.role)])],
    rows,
    relations: [...new Set(rows.map((row) => row.relation))].filter((relation) => relation !== "any"),
    allows: (row) => enforcer.enforceSync(row.role, row.resource, row.action, row.relation),
  };
}
