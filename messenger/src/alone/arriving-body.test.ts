// What becomes of a request whose session is deleted while its body arrives.
import { ReadableStream } from "node:stream/web";
import { expect, it } from "vitest";
import { keyOfSession } from "../domain/speaker.ts";
import { aloneFixture, type AloneFixture, type Entered } from "../testing/alone-fixture.ts";

it("makes no chat, which nobody could delete", async () => {
  const fixture = aloneFixture();
  const anna = await fixture.enter("Anna");

  const answer = await sendWhileDeleted(fixture, anna, "/v1/chats", {});

  expect([answer.status, await answer.json()]).toMatchObject([401, { reason: "TOKEN_INVALID" }]);
  expect(await fixture.store.listChats(keyOfSession(anna.sessionId), undefined, 10)).toEqual([]);
});

it("writes no message", async () => {
  const fixture = aloneFixture();
  const [anna, boris] = [await fixture.enter("Anna"), await fixture.enter("Boris")];
  const chat = (await (await fixture.send("/v1/chats", anna.init({}))).json()) as { chat_id: string };

  const answer = await sendWhileDeleted(fixture, boris, `/v1/chats/${chat.chat_id}/messages`, { text: "Hello" });

  expect([answer.status, await answer.json()]).toMatchObject([401, { reason: "TOKEN_INVALID" }]);
  expect(await fixture.store.listMessages(chat.chat_id, keyOfSession(anna.sessionId), undefined, 10)).toEqual([]);
});

/** Sends the head of a POST, deletes the session when the body is asked for, and then sends that. */
async function sendWhileDeleted({ send }: AloneFixture, { init }: Entered, path: string, content: object) {
  const { headers } = init();
  const asked = Promise.withResolvers<void>();
  const deleted = Promise.withResolvers<void>();
  const body = new ReadableStream(
    {
      async pull(controller) {
        asked.resolve();
        await deleted.promise;
        controller.enqueue(new TextEncoder().encode(JSON.stringify(content)));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );

  const sent = send(path, { method: "POST", headers, body, duplex: "half" } as RequestInit);
  await asked.promise;
  await send("/v1/chat-sessions/self", { ...init(), method: "DELETE" });
  deleted.resolve();
  return sent;
}
