import { setTimeout as sleep } from "node:timers/promises";

/** What an open-loop run saw. */
export interface LoadReport {
  readonly sent: number;
  /** Calls not made because too many were in flight: the target fell behind for good. */
  readonly shed: number;
  /** Answers by status; `error` for calls that never got one. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Milliseconds from the moment a call was due, not from when it was sent: a stalled target cannot hide its queue. */
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

export interface OpenLoopOptions {
  /** Calls a second, whatever the answers do. */
  readonly rate: number;
  readonly durationMs: number;
  /** Calls in flight at which further ones are shed. */
  readonly inFlightMax: number;
  /** Makes one call and answers its status. */
  readonly call: () => Promise<string>;
  readonly signal: AbortSignal;
}

const TICK_MS = 2;

/** Sends calls at a constant rate without waiting for answers, as users do who know nothing of each other. */
export async function runOpenLoop(options: OpenLoopOptions): Promise<LoadReport> {
  const outcomes = new Map<string, number>();
  const latenciesMs: number[] = [];
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let due = 0;
  let shed = 0;

  async function one(dueAt: number): Promise<void> {
    const outcome = await options.call().catch(() => "error");
    latenciesMs.push(performance.now() - dueAt);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  while (performance.now() - startedAt < options.durationMs && !options.signal.aborted) {
    const target = Math.floor(((performance.now() - startedAt) * options.rate) / 1000);
    for (; due < target; due += 1) {
      if (pending.size >= options.inFlightMax) {
        shed += 1;
        continue;
      }
      const call = one(startedAt + (due * 1000) / options.rate);
      pending.add(call);
      void call.finally(() => pending.delete(call));
    }
    await sleep(TICK_MS);
  }
  await Promise.all(pending);
  return { sent: due - shed, shed, outcomes, latenciesMs, elapsedMs: performance.now() - startedAt };
}
