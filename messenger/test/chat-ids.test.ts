// Chats made through the RPC surface on a real Postgres, as a part of a platform: subjects are known to others there.
import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidOf } from "../src/domain/uuid-of.ts";
import { startPlatformMessenger, type PlatformMessenger } from "./platform-fixture.ts";

let at: PlatformMessenger;
beforeAll(async () => {
  at = await startPlatformMessenger();
});
afterAll(() => at[Symbol.asyncDispose]());

it("makes one chat of one key, by an id that cannot be told from its creator and the key", async () => {
  const anna = at.person("customer");
  const make = async () => (await anna.chats.createChat({}, { headers: { "idempotency-key": "1" } })).chat?.chatId;

  const [chatId, again] = [await make(), await make()];

  expect(again).toBe(chatId);
  const { rows } = await at.db.query<{ secret: string }>("read_secret", "select secret from chat_id_secret");
  expect(chatId).toBe(uuidOf(`chat:${rows[0]?.secret}:${anna.subject}:1`));
  expect(rows[0]?.secret).toMatch(/^[0-9a-f-]{73}$/);
});
