import { memberIdOf, type Session } from "../../domain/speaker.ts";
import { optional } from "./call.ts";
import { keysOfSession } from "./keys.ts";
import type { Parts } from "./parts.ts";
import type { Found } from "./places.ts";
import { dateOf } from "./rows.ts";

export async function saveSession({ call, sessions }: Parts, key: string, alias: string | undefined): Promise<Session> {
  const memberId = memberIdOf(key);
  const save = async (token: number | ""): Promise<Session | undefined> => {
    const [createdAt] = await call("saveSession", keysOfSession(memberId), token, ...optional(alias));
    return createdAt === undefined ? undefined : { alias, createdAt: dateOf(createdAt) };
  };
  const there = await save("");
  if (there) return there;
  const made = await sessions.make(memberId, save);
  if (!made) throw new Error("a script made no session");
  return made;
}

export async function findSession({ client, run }: Parts, key: string): Promise<Session | undefined> {
  const [record = ""] = keysOfSession(memberIdOf(key));
  const [createdAt, alias] = await run("find_session", () => client.hmget(record, "createdAt", "alias"));
  return createdAt == null ? undefined : { alias: alias ?? undefined, createdAt: dateOf(createdAt) };
}

/** What there is of a session: it lives on. */
export async function lookAtSession({ client, run }: Pick<Parts, "client" | "run">, memberId: string): Promise<Found> {
  const [record = ""] = keysOfSession(memberId);
  return (await run("look_at_session", () => client.exists(record))) === 0 ? "gone" : { until: undefined };
}
