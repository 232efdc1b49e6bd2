import { readFile } from "node:fs/promises";

/** What a caller gets: served, told that there is no such thing, or refused by role. */
export type Verdict = "allowed" | "hidden" | "denied";

/** The reviewed access matrix of the contract: RPC, role, relation (or `other`, `none`) -> verdict. */
export interface Matrix {
  verdict(rpc: string, role: string, relation: string): Verdict;
}

const FILE = new URL(import.meta.resolve("@animal-delivery/contracts/policy/matrix.csv"));

/** @throws {Error} from `verdict` for an RPC, role or relation that the matrix does not have. */
export async function readMatrix(): Promise<Matrix> {
  const lines = (await readFile(FILE, "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const [head = [], ...rows] = lines.map((line) => line.split(","));
  const verdicts = new Map<string, string>();
  for (const [rpc = "", role = "", ...cells] of rows) {
    for (const [index, cell] of cells.entries()) verdicts.set(`${rpc} ${role} ${head[index + 2] ?? ""}`, cell);
  }
  return {
    verdict(rpc, role, relation) {
      const verdict = verdicts.get(`${rpc} ${role} ${relation}`);
      if (verdict === "allowed" || verdict === "hidden" || verdict === "denied") return verdict;
      throw new Error(`the matrix says nothing of ${rpc} for ${role} as ${relation}`);
    },
  };
}
