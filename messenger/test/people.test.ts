// What is kept of somebody, asked by themselves through the RPC surface on a real Postgres.
import { JoinDecision, Standing } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eraseSpeaker } from "../src/app/erase-speaker.ts";
import { memberIdOf } from "../src/domain/speaker.ts";
import { givenRoom, startPlatformMessenger, type Person, type PlatformMessenger } from "./platform-fixture.ts";

let at: PlatformMessenger;
beforeAll(async () => {
  at = await startPlatformMessenger();
});
afterAll(() => at[Symbol.asyncDispose]());

/** Pages of this size, the one after the other. */
type Paged<P> = (request: { pageSize: number; pageToken: string }) => Promise<P>;

describe("ListMyMessages", () => {
  it("lists what the caller wrote in whatever chats, the newest first, and nothing of others", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    await anna.sessions.createSession({ alias: "Anna" });
    const own = await chatOf(anna);
    const theirs = await chatOf(boris);
    await say(anna, own, "one");
    await say(anna, theirs, "two");
    await say(boris, theirs, "an answer");
    await say(boris, own, "a visit");
    await anna.sessions.createSession({ alias: "Anna K." });
    await say(anna, own, "three");

    const { messages, nextPageToken } = await anna.own.listMyMessages({});

    const expected = [
      [own, 3n, "three", "Anna K."],
      [theirs, 1n, "two", "Anna"],
      [own, 1n, "one", "Anna"],
    ];
    expect(messages.map(({ chatId, sequence, text, authorAlias }) => [chatId, sequence, text, authorAlias])).toEqual(
      expected,
    );
    const memberId = memberIdOf(anna.subject);
    expect(messages.every(({ authorId, sentAt }) => authorId === memberId && sentAt !== undefined)).toBe(true);
    expect(nextPageToken).toBe("");
    expect(await textsOf(at.person("customer"))).toEqual([]);
  });

  it("lists what they wrote where they are no member any more, and in rooms of deliveries", async () => {
    const { customer, chatId: room } = await givenRoom(at);
    const boris = at.person("customer");
    const theirs = await chatOf(boris, true);
    await ask(customer, theirs);
    await admit(customer, boris, theirs);
    await say(customer, room, "How is the ferret?");
    await say(customer, theirs, "between us");
    await boris.chats.removeMember({ chatId: theirs, memberId: memberIdOf(customer.subject) });

    expect(await textsOf(customer)).toEqual(["between us", "How is the ferret?"]);
  });

  it("gives pages without a gap or a duplicate, also of one moment and while the caller writes on", async () => {
    const anna = at.person("customer");
    const chats = [await chatOf(anna), await chatOf(at.person("customer"))];
    const sayInBoth = (text: string) =>
      Promise.all(chats.map((chatId) => anna.messages.sendMessage({ chatId, text: `${text} in ${chatId}` })));
    for (let n = 0; n < 10; n += 1) await sayInBoth(`${n}`);
    await at.db.query("at_once", "update messages set sent_at = '2026-01-01' where author_id = $1 and sequence > 5", [
      memberIdOf(anna.subject),
    ]);
    const before = await textsOf(anna);

    const writing = Array.from({ length: 20 }, (_, n) => sayInBoth(`late ${n}`));
    const paged = await textsOf(anna, 3);
    await Promise.all(writing);

    expect(before).toHaveLength(20);
    expect(paged.filter((text) => !text.startsWith("late"))).toEqual(before);
    expect(new Set(paged).size).toBe(paged.length);
    expect(await textsOf(anna, 7)).toHaveLength(60);
  });

  it("leaves out what no chat keeps: chats that expired, swept or not, or were deleted, and what history has no room for", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    const [expired, deleted, kept] = [await chatOf(boris), await chatOf(boris), await chatOf(boris, false, 10)];
    for (const chatId of [expired, deleted]) await say(anna, chatId, "gone");
    for (let n = 0; n < 12; n += 1) await say(anna, kept, `${n}`);
    await at.db.query("expire", "update chats set expires_at = now() - interval '1 s' where chat_id = $1", [expired]);
    await boris.chats.deleteChat({ chatId: deleted });

    const expected = Array.from({ length: 10 }, (_, n) => `${11 - n}`);
    expect(await textsOf(anna)).toEqual(expected);
    await at.store.sweep();
    expect(await textsOf(anna)).toEqual(expected);
  });

  it("lists nothing of somebody who was erased", async () => {
    const anna = at.person("customer");
    const chatId = await chatOf(at.person("customer"));
    await say(anna, chatId, "my secret");

    await eraseSpeaker(at.db, at.store, anna.subject);

    expect(await textsOf(anna)).toEqual([]);
  });

  it("refuses a token that it did not give", async () => {
    const anna = at.person("customer");
    for (let n = 0; n < 2; n += 1) await chatOf(anna);
    const { nextPageToken: ofAnother } = await anna.own.listMyMemberships({ pageSize: 1 });

    for (const pageToken of ["nonsense", ofAnother]) {
      const refusal = await refusalOf(anna.own.listMyMessages({ pageToken }));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
    }
  });
});

describe("ListMyMemberships", () => {
  it("lists the chats that the caller made, is in or asks to come into, with what they are called there", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    const own = await chatOf(anna);
    const [theirs, closed, left] = [await chatOf(boris, true), await chatOf(boris, true), await chatOf(boris, true)];
    await anna.sessions.createSession({ alias: "Anna" });
    for (const chatId of [theirs, left]) {
      await ask(anna, chatId);
      await admit(anna, boris, chatId);
    }
    await anna.sessions.createSession({ alias: "Anna K." });
    await ask(anna, closed);
    await anna.chats.removeMember({ chatId: left, memberId: memberIdOf(anna.subject) });

    const expected = [
      [closed, Standing.ASKER, "Anna K."],
      [theirs, Standing.MEMBER, "Anna"],
      [own, Standing.CREATOR, "Аноним #1"],
    ];
    for (const pageSize of [1, 2, 50]) {
      const memberships = await membershipsOf(anna, pageSize);
      expect(memberships.map(({ chat, alias }) => [chat?.chatId, chat?.standing, alias])).toEqual(expected);
    }
    // An asker sees no more of a chat than its door.
    expect((await membershipsOf(anna, 50)).map(({ chat }) => chat?.historySize)).toEqual([0, 100, 100]);
    expect(await membershipsOf(at.person("customer"), 50)).toEqual([]);
  });

  it("leaves out chats that expired, swept or not, or were deleted", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    const [expired, deleted, asked] = [await chatOf(anna), await chatOf(anna), await chatOf(boris, true)];
    await ask(anna, asked);
    await at.db.query("expire", "update chats set expires_at = now() - interval '1 s' where chat_id = any ($1)", [
      [expired, asked],
    ]);
    await anna.chats.deleteChat({ chatId: deleted });

    expect(await membershipsOf(anna, 50)).toEqual([]);
    await at.store.sweep();
    expect(await membershipsOf(anna, 50)).toEqual([]);
  });
});

async function chatOf({ chats }: Person, isPrivate = false, historySize = 100): Promise<string> {
  return (await chats.createChat({ private: isPrivate, historySize })).chat?.chatId ?? "";
}

/** Later than all before it, by the store's clock. */
async function say({ messages }: Person, chatId: string, text: string): Promise<void> {
  at.advance(1);
  await messages.sendMessage({ chatId, text });
}

async function ask(asker: Person, chatId: string): Promise<void> {
  at.advance(1);
  await asker.chats.requestToJoin({ chatId });
}

async function admit(asker: Person, owner: Person, chatId: string): Promise<void> {
  const decision = JoinDecision.ADMIT;
  await owner.chats.decideJoinRequest({ chatId, memberId: memberIdOf(asker.subject), decision });
}

async function textsOf({ own }: Person, pageSize = 50): Promise<string[]> {
  const pages = await pagesOf((request) => own.listMyMessages(request), pageSize);
  return pages.flatMap(({ messages }) => messages.map(({ text }) => text));
}

async function membershipsOf({ own }: Person, pageSize: number) {
  const pages = await pagesOf((request) => own.listMyMemberships(request), pageSize);
  return pages.flatMap(({ memberships }) => memberships);
}

async function pagesOf<P extends { nextPageToken: string }>(read: Paged<P>, pageSize: number): Promise<P[]> {
  const pages: P[] = [];
  let pageToken = "";
  do {
    const page = await read({ pageSize, pageToken });
    pages.push(page);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return pages;
}
