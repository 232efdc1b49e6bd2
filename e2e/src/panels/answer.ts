import type { Expectation } from "@animal-delivery/deploy/grafana/build/expectation";

/** What came back for one query: all its cells, and what the engine warned of. */
export interface Answer {
  readonly cells: readonly unknown[];
  readonly warnings: readonly string[];
}

/** Which part of the programme has run before. */
export type Ran = "suite" | "faults";

/** What an answer lacks of what its panel declares; undefined when nothing. */
export function lacking({ cells, warnings }: Answer, after: Expectation, ran: Ran): string | undefined {
  if (warnings.length > 0) return `warned: ${warnings.join("; ")}`;
  const numbers = cells.filter((cell) => typeof cell === "number" && Number.isFinite(cell));
  if (typeof after === "object") {
    if ("mayBeEmpty" in after || numbers.length > 0) return undefined;
    return "empty";
  }
  if (after === "faults" && ran !== "faults") return undefined;
  if (numbers.some((number) => number !== 0)) return undefined;
  // A table of words alone shows something too.
  if (numbers.length === 0 && cells.some((cell) => typeof cell === "string" && cell !== "" && cell !== "NaN"))
    return undefined;
  return numbers.length > 0 ? "nothing but zeros" : "empty";
}
