import { ConfigError } from "../config/load-config.ts";

/** Until then a second signal is the same Ctrl-C, come by another way. */
const REPEAT_MS = 1_000;
const PARENT_WATCH_MS = 500;
/** What keeps the process alive after everything was closed is a leak; it may not stop the exit. */
const LINGER_MS = 3_000;
/** After an exception that nobody caught the process drains, but not for long. */
const CRASH_DRAIN_MS = 10_000;

/** Exit codes: sysexits.h has 78 for a configuration that does not fit. */
const EXIT = { ok: 0, failed: 1, config: 78, forced: 130 } as const;

/**
 * Runs a process: `main` starts things, and stops them when `stop` aborts: by SIGTERM or SIGINT, or when the parent process
 * dies (npm and npx do not pass signals on). A second signal, a second later or more, ends the process at once.
 *
 * `main` may answer with what it started, or wait for its end itself, so that what it holds by `await using` lives so long.
 * The exit code is 0 after a clean stop, 78 for a bad configuration, 1 for anything else.
 */
export async function runMain(
  name: string,
  main: (stop: AbortSignal) => Promise<{ readonly stopped: Promise<void> } | undefined | void>,
): Promise<void> {
  const stop = stopSignal(name);
  try {
    const running = await main(stop);
    await running?.stopped;
    process.exitCode ??= EXIT.ok;
  } catch (error) {
    process.exitCode = error instanceof ConfigError ? EXIT.config : EXIT.failed;
    tell(name, error instanceof ConfigError ? error.message : error);
  }
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function stopSignal(name: string): AbortSignal {
  const controller = new AbortController();
  let signalledAt = Infinity;
  const onSignal = (): void => {
    if (performance.now() - signalledAt > REPEAT_MS) process.exit(EXIT.forced);
    signalledAt = Math.min(signalledAt, performance.now());
    controller.abort();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);

  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) controller.abort();
  }, PARENT_WATCH_MS).unref();
  controller.signal.addEventListener("abort", () => clearInterval(watch), { once: true });

  const onCrash = (error: unknown): void => {
    tell(name, error);
    process.exitCode = EXIT.failed;
    controller.abort();
    setTimeout(() => process.exit(EXIT.failed), CRASH_DRAIN_MS).unref();
  };
  process.on("uncaughtException", onCrash);
  process.on("unhandledRejection", onCrash);
  return controller.signal;
}

function tell(name: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${name}: ${text}\n`);
}
