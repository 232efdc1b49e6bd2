import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A consumer in a process of its own, which can be stopped and killed. */
export interface RemoteMember {
  /** Resolves when its handler has a batch, which it keeps until `commit`. */
  readonly holdsBatch: Promise<void>;
  /** Lets it commit what it holds; answers whether the bus took that. */
  commit(): Promise<boolean>;
  /** SIGSTOP, SIGCONT, SIGKILL. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it if it still runs. */
  close(): Promise<void>;
}

/** Starts a script that ends in `holdBatches`. */
export function forkMember(script: URL, ...args: string[]): RemoteMember {
  const child = fork(fileURLToPath(script), args, { execArgv: [] });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`the member ended: ${code ?? signal}`);
  });
  const answer = async (): Promise<unknown> => Promise.race([once(child, "message").then(([text]) => text), ended]);
  const holdsBatch = answer().then(() => undefined);
  // Whoever waits for neither is not told.
  ended.catch(() => undefined);
  holdsBatch.catch(() => undefined);
  return {
    holdsBatch,
    async commit() {
      child.send("commit");
      return ((await answer()) as { committed: boolean }).committed;
    },
    signal: (signal) => void child.kill(signal),
    async close() {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    },
  };
}
