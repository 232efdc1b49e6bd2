import type { Parts } from "./parts.ts";

/** Longer than any access token lives; nothing else of a session that ended at the provider is good. */
const DENY_MS = 86_400_000;

/**
 * Ends every session of a user but `except`, and has their tokens refused everywhere. Denied first: a session that ended
 * and whose id was lost in a crash would leave tokens that nobody refuses.
 *
 * @throws {DomainError} unavailable when the provider or the store of denied sessions could not be told.
 */
export async function endSessions(
  { directory, deniedSessions }: Parts,
  userId: string,
  except?: string,
): Promise<void> {
  const open = (await directory.listSessions(userId)).map((session) => session.sessionId);
  const denied = new Set(open.filter((sessionId) => sessionId !== except));
  for (const sessionId of denied) await deniedSessions.deny(sessionId, DENY_MS);
  for (const sessionId of await directory.endSessions(userId, except)) {
    if (!denied.has(sessionId)) await deniedSessions.deny(sessionId, DENY_MS);
  }
}

/** Ends one session of a user's. @returns whether they had it. */
export async function endSession(
  { directory, deniedSessions }: Parts,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  if (!(await directory.endSession(userId, sessionId))) return false;
  await deniedSessions.deny(sessionId, DENY_MS);
  return true;
}
