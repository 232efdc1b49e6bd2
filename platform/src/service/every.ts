import { pause } from "../pause.ts";
import type { Logger } from "../log/logger.ts";
import type { Task } from "./service.ts";

/** Does `work` at once and then again and again, `ms` after its end. What fails is told, and comes again as if it had not. */
export function every(name: string, ms: number, log: Logger, work: (stop: AbortSignal) => Promise<void>): Task {
  return {
    name,
    async run(stop) {
      while (!stop.aborted) {
        await work(stop).catch((error: unknown) => log.warn(`${name} failed, it tries again`, { error }));
        await pause(ms, stop);
      }
    },
  };
}
