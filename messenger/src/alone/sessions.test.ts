import { randomUUID } from "node:crypto";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { describe, expect, it } from "vitest";
import { keyOfSession, memberIdOf } from "../domain/speaker.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { aloneFixture, type AloneFixture } from "../testing/alone-fixture.ts";

const DAY_MS = 24 * 3_600_000;
const REFUSED = { kind: "unauthenticated", reason: "TOKEN_INVALID" };

describe("a session", () => {
  it("is made by anybody, and is who calls from then on", async () => {
    const { client } = aloneFixture();
    const { sessionId, session: made } = await client(SessionService).createSession({ alias: "Anna" });

    const headers = { authorization: `Session ${sessionId}` };
    const { session } = await client(SessionService).getSession({}, { headers });

    expect(session).toEqual(made);
    expect(session).toMatchObject({ alias: "Anna", memberId: memberIdOf(keyOfSession(sessionId)) });
  });

  it.each([
    ["none", undefined],
    ["one that nobody made", `Session ${randomUUID()}`],
    ["what is no id", "Session hunter2"],
    ["two of them", `Session ${randomUUID()}, Session ${randomUUID()}`],
    ["an access token", "Bearer hunter2"],
  ])("is needed: %s is refused without being repeated", async (_what, authorization) => {
    const { client, telemetry } = aloneFixture();
    const headers = authorization === undefined ? {} : { authorization };

    const refusal = await refusalOf(client(ChatService).createChat({}, { headers }));

    expect(refusal).toMatchObject(REFUSED);
    const said = JSON.stringify([refusal.message, telemetry.lines]);
    for (const word of authorization?.split(/[ ,]+/).filter((word) => word.includes("-")) ?? []) {
      expect(said).not.toContain(word);
    }
    expect(said).not.toContain("hunter2");
  });

  it("may be written in capitals, and its scheme in any case", async () => {
    const { client, enter } = aloneFixture();
    const { sessionId } = await enter();

    const headers = { authorization: `session ${sessionId.toUpperCase()}` };

    await expect(client(SessionService).getSession({}, { headers })).resolves.toBeDefined();
  });

  it("is good no more when it was deleted", async () => {
    const { client, enter } = aloneFixture();
    const { options } = await enter();
    await client(SessionService).deleteSession({}, options);

    expect(await refusalOf(client(SessionService).getSession({}, options))).toMatchObject(REFUSED);
  });

  it("ends when nobody uses it, and lives on when somebody does", async () => {
    let now = Date.now();
    const store = createMemoryStore({ sessionsMax: 10, chatsMax: 10, sessionIdleMs: 2 * DAY_MS, now: () => now });
    const { client, enter, send } = aloneFixture({ store });
    const [anna, boris, clara] = [await enter(), await enter(), await enter()];

    for (const _ of [1, 2, 3]) {
      now += DAY_MS;
      await client(SessionService).getSession({}, anna.options);
      await send("/v1/chats", boris.init());
      await store.sweep();
    }

    const found = [anna, boris, clara].map(async ({ sessionId }) => store.findSession(keyOfSession(sessionId)));
    expect((await Promise.all(found)).map((session) => session !== undefined)).toEqual([true, true, false]);
    expect(await refusalOf(client(SessionService).getSession({}, clara.options))).toMatchObject(REFUSED);
  });

  it("is known to the log by its member id alone", async () => {
    const { client, enter, telemetry } = aloneFixture();
    const { sessionId, options } = await enter("Anna");
    const { chat } = await client(ChatService).createChat({ title: "Ferrets" }, options);
    await client(MessageService).sendMessage({ chatId: chat!.chatId, text: "Hello" }, options);

    const lines = JSON.stringify(telemetry.lines);

    expect(lines).toContain(`"caller":"${memberIdOf(keyOfSession(sessionId))}"`);
    for (const secret of [sessionId, keyOfSession(sessionId), "Anna", "Ferrets", "Hello"]) {
      expect(lines).not.toContain(secret);
    }
    expect(await telemetry.meters.registry.metrics()).not.toContain(sessionId);
  });
});

describe("an open stream", () => {
  it("ends soon after its session was deleted, also by another process", async () => {
    const fixture = aloneFixture();
    const { sessionId, next } = await following(fixture);

    await fixture.store.deleteSession(keyOfSession(sessionId));

    expect(await refusalOf(next())).toMatchObject(REFUSED);
  });

  it("goes on while the store cannot say whether there is the session", async () => {
    const memory = createMemoryStore({ sessionsMax: 10, chatsMax: 10 });
    let asked = 0;
    let isAway = false;
    const store = {
      ...memory,
      findSession: async (key: string) => {
        asked += 1;
        if (isAway) throw new DomainError("unavailable", "UNAVAILABLE", "the store is away");
        return memory.findSession(key);
      },
    };
    const fixture = aloneFixture({ store });
    const { say, next } = await following(fixture);

    isAway = true;
    const before = asked;
    await expect.poll(() => asked).toBeGreaterThan(before + 2);
    isAway = false;
    await say("still here");

    expect(await next()).toMatchObject({ value: { event: { value: { text: "still here" } } } });
  });

  it("ends with UNAVAILABLE when the program drains", async () => {
    const fixture = aloneFixture();
    const { next } = await following(fixture);

    fixture.draining.abort();

    expect(await refusalOf(next())).toMatchObject({ kind: "unavailable" });
  });
});

/** Somebody who follows a public chat of somebody else's, and has read what was there. */
async function following({ client, enter }: AloneFixture) {
  const owner = await enter("Anna");
  const { chat } = await client(ChatService).createChat({}, owner.options);
  const { chatId } = chat!;
  const say = async (text: string) => client(MessageService).sendMessage({ chatId, text }, owner.options);
  await say("first");
  const reader = await enter();
  const stream = client(MessageService).subscribeMessages({ chatId }, reader.options)[Symbol.asyncIterator]();
  await stream.next();
  return { sessionId: reader.sessionId, say, next: async () => stream.next() };
}
