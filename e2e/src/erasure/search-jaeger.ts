import type { Finder } from "./marks.ts";
import { note, type Findings } from "./stores.ts";

/** More traces of one service than a test can make. */
const TRACES_MAX = 10_000;

/**
 * Searches every trace that Jaeger keeps of every service since a moment: names, attributes, events.
 *
 * @throws {Error} when there may be more than it tells.
 */
export async function searchJaeger(url: string, since: Date, find: Finder): Promise<Findings> {
  const findings: Findings = {};
  const services = await ask<string>(`${url}/api/services`);
  for (const service of services) {
    const query = new URLSearchParams({
      service,
      limit: String(TRACES_MAX),
      start: String(since.getTime() * 1_000),
      end: String(Date.now() * 1_000),
    });
    const traces = await ask(`${url}/api/traces?${query.toString()}`);
    if (traces.length >= TRACES_MAX) throw new Error(`${service} has ${TRACES_MAX} traces or more`);
    for (const trace of traces) note(findings, `jaeger ${service}`, find, JSON.stringify(trace));
  }
  return findings;
}

async function ask<T = unknown>(url: string): Promise<readonly T[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: T[] | null }).data ?? [];
}
