/** Tells the person what happens while they wait. */
export interface Progress {
  /** Does a piece of work and tells how long it took. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Tells something worth knowing, now or later. */
  readonly note: (line: string) => void;
}

/** Tells it line by line. */
export function createProgress(print: (line: string) => void): Progress {
  return {
    async step(what, work) {
      const from = performance.now();
      const result = await work();
      print(`  ${what.padEnd(32)} ${((performance.now() - from) / 1000).toFixed(1)} s`);
      return result;
    },
    note: (line) => print(`  ${line}`),
  };
}
