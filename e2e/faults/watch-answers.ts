import { setTimeout as sleep } from "node:timers/promises";
import { apiAt, describeAnswer, type Answer } from "../src/api.ts";

const PAUSE_MS = 20;

/** Asks for something again and again, and keeps which answers it saw. */
export interface Watch extends AsyncDisposable {
  /** Each kind of answer: `200`, `503 /problems/common/unavailable`, or what fetch said. */
  readonly seen: ReadonlySet<string>;
  /** The answer of the moment. */
  last(): string;
  /** Lets `seen` begin anew with the answers to requests that begin from now on. */
  forget(): void;
}

/** Watches what a URL answers, or a call. */
export function watchAnswers(what: string | (() => Promise<Answer>)): Watch {
  const ask = typeof what === "string" ? () => apiAt(what).get("") : what;
  const seen = new Set<string>();
  let last = "";
  let watching = true;
  let since = 0;

  const watched = (async () => {
    while (watching) {
      const beganAt = performance.now();
      const answer = await ask().then(describeAnswer, (error: unknown) => String(error));
      if (beganAt >= since) {
        last = answer;
        seen.add(answer);
      }
      await sleep(PAUSE_MS);
    }
  })();
  return {
    seen,
    last: () => last,
    forget() {
      since = performance.now();
      last = "";
      seen.clear();
    },
    async [Symbol.asyncDispose]() {
      watching = false;
      await watched;
    },
  };
}
