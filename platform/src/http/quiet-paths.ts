/** Asked all the time by machines: no trace of them is kept, and their log lines are for debugging unless they fail. */
export const QUIET_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);
