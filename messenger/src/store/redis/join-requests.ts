import { DomainError } from "@animal-delivery/platform/errors";
import type { Participant } from "../../domain/chat.ts";
import { memberIdOf, type Speaker } from "../../domain/speaker.ts";
import { isAway, mendedLater } from "./away.ts";
import { optional } from "./call.ts";
import { type Hint, YOUNG_MS } from "./hints.ts";
import { keysOfChat } from "./keys.ts";
import type { Parts } from "./parts.ts";
import { chatOf, participantOf } from "./rows.ts";
import { unlessGone } from "./unless-gone.ts";

export async function requestToJoin(parts: Parts, chatId: string, { memberId, alias }: Speaker): Promise<Participant> {
  const { call, hints } = parts;
  const { now, until, some } = await hints.note(memberId, "asked", chatId);
  // Nobody reads these hints but whoever ends a session. Looked at so, no more than half of them lead nowhere for long.
  if (some && some.chatId !== chatId) await mendAsked(parts, memberId, some, YOUNG_MS);
  try {
    const row = await call("requestToJoin", keysOfChat(chatId), memberId, until, ...optional(alias));
    const request = participantOf([memberId, ...row]);
    // A decision about a former request may have dropped the hint meanwhile.
    await mendedLater(hints.put(memberId, { kind: "asked", chatId, at: request.since.getTime() }));
    return request;
  } catch (error) {
    if (error instanceof DomainError && !isAway(error))
      await mendAsked(parts, memberId, { kind: "asked", chatId, at: now });
    throw error;
  }
}

export async function decideJoinRequest(
  { call, hints }: Parts,
  chatId: string,
  key: string,
  memberId: string,
  decision: "admit" | "decline",
): Promise<void> {
  const step = [keysOfChat(chatId), memberIdOf(key), memberId] as const;
  if (decision === "decline") {
    const [now] = await call("decline", ...step);
    await mendedLater(hints.drop(memberId, "asked", chatId, Number(now)));
    return;
  }
  // Nobody gets a hint whom this caller may not let in.
  await call("mayAdmit", ...step);
  const { until } = await hints.note(memberId, "chats", chatId);
  const [since] = await call("admit", ...step, until);
  const at = Number(since);
  const hinted = hints.put(memberId, { kind: "chats", chatId, at });
  await mendedLater(Promise.all([hinted, hints.drop(memberId, "asked", chatId, at)]));
}

/** Drops a hint to a chat where nobody waits. */
async function mendAsked({ call, hints }: Parts, memberId: string, hint: Hint, ageMs?: number): Promise<void> {
  const { chatId, at } = hint;
  const row = await unlessGone(call("findChat", keysOfChat(chatId), memberId));
  if (!row || chatOf(chatId, row).standing !== "asker") await hints.drop(memberId, "asked", chatId, at + 1, ageMs);
}
