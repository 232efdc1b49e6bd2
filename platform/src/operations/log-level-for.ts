import type { LogLevel } from "../log/level.ts";
import type { Logger } from "../log/logger.ts";

const MINUTE_MS = 60_000;

/** Changes a logger's level for some minutes; answers what it was, and when it goes back to what it is now, at the beginning. */
export type LogLevelFor = (level: LogLevel, minutes: number) => { readonly before: LogLevel; readonly until: Date };

export function createLogLevelFor(log: Logger): LogLevelFor {
  const configured = log.level();
  let timer: NodeJS.Timeout | undefined;
  return (level, minutes) => {
    const before = log.level();
    // The later wish counts, and its end alone.
    clearTimeout(timer);
    log.setLevel(level);
    timer = setTimeout(() => {
      log.setLevel(configured);
      log.info("log level is what the configuration says", { level: configured });
    }, minutes * MINUTE_MS).unref();
    return { before, until: new Date(Date.now() + minutes * MINUTE_MS) };
  };
}
