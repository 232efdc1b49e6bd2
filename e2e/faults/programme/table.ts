import type { FaultCase, Findings } from "./fault-case.ts";

interface Row {
  readonly case: FaultCase;
  readonly findings: Findings;
  readonly seconds: number;
}

/** What came of the programme, in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ case: { name, what }, findings: { counts, violations }, seconds }) => {
    const counted = Object.entries(counts).map(([count, value]) => `${value} ${count}`);
    return `| ${name} | ${what} | ${counted.join(", ")} | ${seconds} | ${violations.length} |`;
  });
  return ["| Case | What happens | Counts | Seconds | Violations |", "| --- | --- | --- | --- | --- |", ...lines].join(
    "\n",
  );
}
