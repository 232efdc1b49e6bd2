import { setTimeout as sleep } from "node:timers/promises";

/** A process that serves the platform. */
export interface Engine {
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it, with how it ended. */
  readonly ended: Promise<string>;
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/** An engine that is started again whenever it dies. */
export interface RunningEngine extends AsyncDisposable {
  /** The process of the moment. */
  pid(): number;
  /** Ends the engine for good. Repeated calls wait for the same end. */
  stop(): Promise<void>;
}

const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** An engine that lived this long is not in a crash loop. */
const HEALTHY_MS = 60_000;

/**
 * Starts an engine and starts it again when it dies, with growing pauses.
 *
 * @param report takes one line about each death and failed start.
 * @throws what the first start throws; later failures are reported and tried again.
 */
export async function keepRunning(
  name: string,
  start: () => Promise<Engine>,
  report: (line: string) => void,
): Promise<RunningEngine> {
  const stopping = new AbortController();
  let engine = await start();

  const startAgain = async (backoffMs: number): Promise<void> => {
    await sleep(backoffMs, undefined, { signal: stopping.signal });
    try {
      engine = await start();
    } catch (error) {
      report(`${name} did not start again: ${String(error)}`);
      await startAgain(Math.min(backoffMs * 2, BACKOFF_MAX_MS));
    }
  };

  const watch = async (): Promise<void> => {
    let backoffMs = BACKOFF_FIRST_MS;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      const how = await engine.ended;
      if (stopping.signal.aborted) return;
      report(`${name} ended by itself (${how}) and is started again`);
      backoffMs = Date.now() - since > HEALTHY_MS ? BACKOFF_FIRST_MS : Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      await startAgain(backoffMs).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  };
  const watched = watch();

  const stop = async (): Promise<void> => {
    stopping.abort();
    await engine.stop();
    await watched;
    // A start that was under way when the stop came has made another process meanwhile.
    await engine.stop();
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = () => (stopped ??= stop());
  return { pid: () => engine.pid, stop: stopOnce, [Symbol.asyncDispose]: stopOnce };
}
