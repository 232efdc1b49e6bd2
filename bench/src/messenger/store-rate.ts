import { randomUUID } from "node:crypto";
import { speakerOf } from "@animal-delivery/messenger/domain/speaker";
import type { ChatStore } from "@animal-delivery/messenger/store/chat-store";
import { rateOf } from "./send-rate.ts";

/** Messages a second in each round, to many chats and to one, and the least that the same engine can do. */
export interface StoreRates {
  readonly toMany: readonly number[];
  readonly toOne: readonly number[];
  readonly least: readonly number[];
}

const CHATS = 32;

/** @param least what the engine's own unit of work is: one INCR, one INSERT. */
export async function measureStore(
  store: ChatStore,
  least: (lane: number) => Promise<unknown>,
  rounds: number,
  seconds: number,
): Promise<StoreRates> {
  const speaker = speakerOf(randomUUID(), "Anna");
  const made = { title: "", historySize: 1_000, isReadOnly: false, isPrivate: false, ttlMs: undefined };
  const chatIds = Array.from({ length: CHATS }, () => randomUUID());
  for (const chatId of chatIds) await store.createChat(speaker, { ...made, chatId });
  const draft = { text: "x".repeat(100), idempotencyKey: undefined };
  const say = (chatId = "") => store.appendMessage(chatId, speaker, draft);
  const works = {
    toMany: (lane: number) => say(chatIds[lane % CHATS]),
    toOne: () => say(chatIds[0]),
    least,
  };
  const rates: Record<keyof StoreRates, number[]> = { toMany: [], toOne: [], least: [] };
  for (const work of Object.values(works)) await rateOf(work, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      rates[name as keyof StoreRates].push(await rateOf(work, seconds));
    }
  }
  for (const chatId of chatIds) await store.deleteChat(chatId, speaker.key);
  return rates;
}
