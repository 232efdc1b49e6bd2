import { setTimeout as sleep } from "node:timers/promises";
import { lacking, type Answer, type Ran } from "./answer.ts";
import { lastTraffic } from "./engines.ts";
import type { Shown } from "./fill.ts";
import { nameOf, type PanelQuery } from "./panel-queries.ts";

const HOUR_MS = 3_600_000;

/** Views are rebuilt every 15 seconds, and so are the rules evaluated: an answer may need that long after the last story. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 2_000;

/** Asks one query over the shown time. */
export type Ask = (query: PanelQuery, shown: Shown) => Promise<Answer>;

/** What is wrong with which queries. */
export interface Findings {
  readonly errors: readonly string[];
  readonly empty: readonly string[];
}

/** Asks every query, and those again that answer too little, until all are content or patience ends. */
export async function askAll(queries: readonly PanelQuery[], ask: Ask, ran: Ran): Promise<Findings> {
  const until = performance.now() + PATIENCE_MS;
  let open = queries;
  for (;;) {
    const outcomes = await inTurn(open, ask, ran);
    open = outcomes.filter(({ problem }) => problem !== undefined).map(({ query }) => query);
    if (open.length === 0 || performance.now() > until) return sorted(outcomes);
    await sleep(PAUSE_MS);
  }
}

interface Outcome {
  readonly query: PanelQuery;
  readonly problem: string | undefined;
  readonly isError: boolean;
}

async function inTurn(queries: readonly PanelQuery[], ask: Ask, ran: Ran): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const shown = await shownTime();
  for (const query of queries) {
    try {
      const answer = await ask(query, shown);
      const problem = lacking(answer, query.query.after ?? query.panel.after, ran);
      outcomes.push({ query, problem, isError: answer.warnings.length > 0 });
    } catch (error) {
      outcomes.push({ query, problem: error instanceof Error ? error.message : String(error), isError: true });
    }
  }
  return outcomes;
}

function sorted(outcomes: readonly Outcome[]): Findings {
  const told = (isError: boolean) =>
    outcomes
      .filter((outcome) => outcome.problem !== undefined && outcome.isError === isError)
      .map(({ query, problem }) => `${nameOf(query)}: ${problem}`);
  return { errors: told(true), empty: told(false) };
}

/** The hour before the last traffic: a platform that rests meanwhile has shown all it will. */
async function shownTime(): Promise<Shown> {
  const to = await lastTraffic();
  return { from: new Date(to.getTime() - HOUR_MS), to, stepS: 15 };
}
