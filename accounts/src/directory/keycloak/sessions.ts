import { z } from "zod";
import type { OpenSession } from "../user-directory.ts";
import { type AdminApi, isUserMissing } from "./admin-api.ts";

const Session = z.object({
  id: z.string(),
  start: z.number(),
  lastAccess: z.number(),
  clients: z.record(z.string(), z.string()).default({}),
});
const Sessions = z.array(Session);

/** How many are ended at once. */
const AT_ONCE = 8;

/** All of them, the newest first; none for a user who is not there. */
export async function listSessions(admin: AdminApi, userId: string): Promise<OpenSession[]> {
  const answer = await admin({ method: "GET", path: "/users/{id}/sessions", id: userId }, [200, 404]);
  if (isUserMissing(answer)) return [];
  return Sessions.parse(answer.body)
    .sort((a, b) => b.start - a.start)
    .map(({ id, start, lastAccess, clients }) => ({
      sessionId: id,
      startedAt: new Date(start),
      lastUsedAt: new Date(lastAccess),
      // A browser's session may serve several clients.
      clientId: Object.values(clients)[0] ?? "",
    }));
}

/** Keycloak ends any session by its id: whose it is must be known before. */
export async function endSession(admin: AdminApi, userId: string, sessionId: string): Promise<boolean> {
  const open = await listSessions(admin, userId);
  return open.some((session) => session.sessionId === sessionId) && deleteSession(admin, sessionId);
}

export async function endSessions(admin: AdminApi, userId: string, except: string | undefined): Promise<string[]> {
  const ids = (await listSessions(admin, userId)).map(({ sessionId }) => sessionId).filter((id) => id !== except);
  if (except === undefined) {
    // Ends also what begins at this moment.
    await admin({ method: "POST", path: "/users/{id}/logout", id: userId }, [204, 404]);
    return ids;
  }
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    await Promise.all(ids.slice(from, from + AT_ONCE).map(async (id) => deleteSession(admin, id)));
  }
  return ids;
}

/** Whether it was there. */
async function deleteSession(admin: AdminApi, sessionId: string): Promise<boolean> {
  return (await admin({ method: "DELETE", path: "/sessions/{id}", id: sessionId }, [204, 404])).status === 204;
}
