import { memberIdOf, type Session } from "../../domain/speaker.ts";
import { optional } from "./call.ts";
import { keysOfSession } from "./keys.ts";
import type { Parts } from "./parts.ts";
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
  const [createdAt, alias, ends] = await run("find_session", () => client.hmget(record, "createdAt", "alias", "ends"));
  return createdAt == null || ends != null ? undefined : { alias: alias ?? undefined, createdAt: dateOf(createdAt) };
}

export async function touchSession({ call }: Parts, key: string): Promise<Session | undefined> {
  const [createdAt, alias] = await call("touchSession", keysOfSession(memberIdOf(key)));
  return createdAt === undefined ? undefined : { alias: alias?.toString(), createdAt: dateOf(createdAt) };
}
