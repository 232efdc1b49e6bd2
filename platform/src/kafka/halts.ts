import { REBALANCE_MS } from "./limits.ts";

/**
 * Keeps partitions from being read on whose handler ended before all was committed: what comes next may not overtake what is
 * left. The next generation of the group takes them up from what is committed.
 */
export interface Halts {
  /** The generation of the group at this moment, for work that begins now. */
  generation(): number;
  /**
   * Calls `resume` when the work has committed all; when it ended before, as soon as the group is joined anew.
   *
   * @param since when the work began.
   */
  resumeAfter(working: Promise<boolean>, resume: () => void, since: number): void;
  /** To be called at each join. */
  joined(): void;
  /** Forgets all of them: the membership has ended. */
  close(): void;
}

/** @param giveUp is told when no join came, so that nothing stays unread. */
export function createHalts(giveUp: (reason: Error) => void): Halts {
  let generation = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();

  const halt = (resume: () => void): void => {
    if (isClosed) return;
    waiting.add(resume);
    timer ??= setTimeout(() => giveUp(new Error("a partition was not taken up again")), REBALANCE_MS);
  };
  const follow = async (working: Promise<boolean>, resume: () => void, since: number): Promise<void> => {
    const isWhole = await working;
    // What a former generation left is taken up already.
    if (isWhole || since !== generation) resume();
    else halt(resume);
  };
  return {
    generation: () => generation,
    resumeAfter: (working, resume, since) => void follow(working, resume, since),
    joined() {
      clearTimeout(timer);
      timer = undefined;
      generation += 1;
      for (const resume of waiting) resume();
      waiting.clear();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
