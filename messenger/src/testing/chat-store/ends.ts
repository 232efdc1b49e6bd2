import type { Speaker } from "../../domain/speaker.ts";
import { anonymous, type GivenChat, givenAsker, givenMember, givenPrivateChat, say } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A private chat that lives for an hour, who is in it, and what they said. */
export interface MortalChat extends GivenChat {
  readonly member: Speaker;
  readonly asker: Speaker;
}

export async function givenMortalChat({ store }: UnderTest): Promise<MortalChat> {
  const chat = await givenPrivateChat(store, { ttlMs: HOUR_MS });
  const [member, asker] = [await givenMember(store, chat, anonymous()), await givenAsker(store, chat)];
  await say(store, chat.chatId, member, "before", "key");
  return { ...chat, member, asker };
}

/** The ways in which a chat comes to its end, and how it is answered then. */
export const ENDS: readonly [string, string, (at: UnderTest, chat: MortalChat) => Promise<void>][] = [
  ["has expired", "CHAT_EXPIRED", async (at) => at.advance(HOUR_MS)],
  [
    "has expired and was swept",
    "CHAT_EXPIRED",
    async (at) => {
      await at.advance(HOUR_MS);
      await at.store.sweep();
    },
  ],
  ["expired a day ago", "CHAT_NOT_FOUND", async (at) => at.advance(HOUR_MS + DAY_MS)],
  [
    "expired a day ago and was swept twice",
    "CHAT_NOT_FOUND",
    async (at) => {
      await at.advance(HOUR_MS);
      await at.store.sweep();
      await at.advance(DAY_MS);
      await at.store.sweep();
    },
  ],
  ["was deleted", "CHAT_NOT_FOUND", async (at, { chatId, creator }) => at.store.deleteChat(chatId, creator.key)],
  ["went with its creator's session", "CHAT_NOT_FOUND", async (at, { creator }) => at.store.deleteSession(creator.key)],
];
