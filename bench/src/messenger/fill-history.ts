// node --expose-gc fill-history.ts <chats> <messages> <bytes>: fills chats in memory, and prints what they take, in bytes.
import { memoryUsage, stdout } from "node:process";
import { randomBytes } from "node:crypto";
import { speakerOf } from "@animal-delivery/messenger/domain/speaker";
import { createMemoryStore } from "@animal-delivery/messenger/store/memory/memory-store";

const [chats = 0, messages = 0, textBytes = 0] = process.argv.slice(2).map(Number);
const store = createMemoryStore({ sessionsMax: 10, chatsMax: chats });
const speaker = speakerOf("anna", "Anna");

const before = taken();
for (let chat = 0; chat < chats; chat += 1) {
  const chatId = `1c6b147e-3f0e-4f3a-9a52-${String(chat).padStart(12, "0")}`;
  const made = { title: "", historySize: messages, isReadOnly: false, isPrivate: false, ttlMs: undefined };
  await store.createChat(speaker, { ...made, chatId });
  for (let n = 0; n < messages; n += 1) {
    // A text of its own, flat, as one that came over the network.
    const text = randomBytes(textBytes / 2).toString("hex");
    await store.appendMessage(chatId, speaker, { text, idempotencyKey: undefined });
  }
}
stdout.write(String(taken() - before));
await store[Symbol.asyncDispose]();

function taken(): number {
  // A second collection takes what the first one's finalizers let go.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}
