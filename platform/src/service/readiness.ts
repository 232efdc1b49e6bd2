import type { ReadinessCheck } from "./service.ts";

/** A check that takes longer has failed. */
const CHECK_MS_MAX = 1_000;

export interface Readiness {
  readonly ready: boolean;
  /** By the check's name. */
  readonly checks: Readonly<Record<string, "ok" | "failed">>;
}

/** Runs all checks at once. */
export async function readiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const results = await Promise.all(
    checks.map(async (check) => [check.name, (await passes(check)) ? "ok" : "failed"] as const),
  );
  return { ready: results.every(([, result]) => result === "ok"), checks: Object.fromEntries(results) };
}

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS_MAX);
  });
  try {
    return await Promise.race([check.check().then(() => true), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
