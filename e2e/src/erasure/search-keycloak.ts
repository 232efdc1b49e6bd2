import type { Admin } from "@animal-delivery/platform/testing/keycloak-admin";
import type { Finder } from "./marks.ts";
import { note, type Findings } from "./stores.ts";

/** More of a kind than a test can make. */
const MOST = 100_000;

/** What a realm keeps of people, besides the passwords, which no API tells. */
const KINDS = {
  users: "users?briefRepresentation=false",
  events: "events?",
  "admin events": "admin-events?",
} as const;

/**
 * Searches everybody whom a realm of Keycloak knows, and its events.
 *
 * @throws {Error} when there may be more than it tells.
 */
export async function searchKeycloak(admin: Admin, realm: string, find: Finder): Promise<Findings> {
  const findings: Findings = {};
  for (const [kind, path] of Object.entries(KINDS)) {
    const all = (await (await admin("GET", `/${realm}/${path}&max=${MOST}`)).json()) as unknown[];
    if (all.length >= MOST) throw new Error(`Keycloak has ${MOST} ${kind} or more`);
    for (const one of all) note(findings, `keycloak ${kind}`, find, JSON.stringify(one));
  }
  return findings;
}

/** Forgets who signed in at a realm, as Keycloak does by itself when the time of its events is over: `eventsExpiration`. */
export async function expireEvents(admin: Admin, realm: string): Promise<void> {
  await admin("DELETE", `/${realm}/events`);
}
