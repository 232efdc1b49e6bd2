import { Code } from "@connectrpc/connect";
import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { JoinDecision, Standing } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { describe, expect, it } from "vitest";
import { messengerUnderTest, type Voice } from "../testing/messenger-fixture.ts";

describe("CreateChat", () => {
  it("makes a chat of the caller's, and answers it as they see it", async () => {
    const anna = messengerUnderTest().as("anna");

    const { chat } = await anna.chats.createChat({ title: "Ferrets", historySize: 7, readOnly: true });

    expect(chat).toMatchObject({
      title: "Ferrets",
      historySize: 7,
      readOnly: true,
      private: false,
      ownerAlias: "Аноним #1",
      standing: Standing.CREATOR,
      lastSequence: 0n,
    });
    expect(chat?.expiresAt).toBeUndefined();
  });

  it.each([
    ["100 messages unless told", 1_000, 0, 100],
    ["the maximum where that is less", 20, 0, 20],
    ["as many as the maximum", 20, 20, 20],
  ])("keeps %s", async (_what, historySizeMax, historySize, kept) => {
    const { chats } = messengerUnderTest({ historySizeMax }).as("anna");

    expect((await chats.createChat({ historySize })).chat?.historySize).toBe(kept);
  });

  it("refuses a history beyond the maximum, and says what that is", async () => {
    const { chats } = messengerUnderTest({ historySizeMax: 20 }).as("anna");

    await expect(chats.createChat({ historySize: 21 })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: "a chat keeps 20 messages at most",
    });
  });

  it("makes one chat of many requests with one idempotency key, and another one with another", async () => {
    const { chats } = messengerUnderTest().as("anna");
    const keyed = (key: string) => chats.createChat({ title: "Ferrets" }, { headers: { "idempotency-key": key } });

    const made = await Promise.all(Array.from({ length: 10 }, () => keyed("one")));
    const other = await keyed("two");

    expect(new Set(made.map(({ chat }) => chat?.chatId)).size).toBe(1);
    expect(other.chat?.chatId).not.toBe(made[0]?.chat?.chatId);
    expect((await chats.listMyChats({})).chats).toHaveLength(2);
  });

  it("refuses a key that came with another request", async () => {
    const { chats } = messengerUnderTest().as("anna");
    const headers = { "idempotency-key": "one" };
    await chats.createChat({ title: "Ferrets" }, { headers });

    await expect(chats.createChat({ title: "Otters" }, { headers })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  it("gives two callers with one key a chat each", async () => {
    const messenger = messengerUnderTest();
    const make = ({ chats }: Voice) => chats.createChat({}, { headers: { "idempotency-key": "one" } });

    const [one, two] = [await make(messenger.as("anna")), await make(messenger.as("boris"))];

    expect(one.chat?.chatId).not.toBe(two.chat?.chatId);
  });
});

describe("GetChat", () => {
  it("shows a stranger the door of a private chat and nothing behind it", async () => {
    const messenger = messengerUnderTest();
    const chatId = await givenChat(messenger.as("anna"), { title: "Secret ferrets", private: true, historySize: 7 });

    const { chat } = await messenger.as("boris").chats.getChat({ chatId });

    expect(chat).toEqual({
      $typeName: "messenger.v1.Chat",
      chatId,
      title: "Secret ferrets",
      private: true,
      readOnly: false,
      historySize: 0,
      ownerAlias: "Аноним #1",
      standing: Standing.STRANGER,
      lastSequence: 0n,
    });
  });

  it("knows an id in capitals", async () => {
    const { chats } = messengerUnderTest().as("anna");
    const { chat } = await chats.createChat({});

    expect((await chats.getChat({ chatId: chat!.chatId.toUpperCase() })).chat?.chatId).toBe(chat!.chatId);
  });

  it("tells when a chat expires, and then that it has", async () => {
    const messenger = messengerUnderTest();
    const { chats } = messenger.as("anna");
    const chatId = await givenChat({ chats }, { ttl: durationFromMs(60_000) });

    const { chat } = await chats.getChat({ chatId });
    messenger.advance(60_000);

    expect(timestampMs(chat!.expiresAt!) - timestampMs(chat!.createdAt!)).toBe(60_000);
    await expect(chats.getChat({ chatId })).rejects.toMatchObject({ rawMessage: "the chat has expired" });
  });
});

describe("SetChatTtl", () => {
  it("counts from now, and lets a chat live on when none is given", async () => {
    const messenger = messengerUnderTest();
    const { chats } = messenger.as("anna");
    const chatId = await givenChat({ chats });
    messenger.advance(1_000_000);

    const set = await chats.setChatTtl({ chatId, ttl: durationFromMs(5_000) });
    const cleared = await chats.setChatTtl({ chatId });

    expect(timestampMs(set.chat!.expiresAt!)).toBeGreaterThan(timestampMs(set.chat!.createdAt!) + 1_000_000);
    expect(cleared.chat?.expiresAt).toBeUndefined();
  });
});

describe("a private chat", () => {
  it("lets in whom its creator admits, and puts out whom they remove", async () => {
    const messenger = messengerUnderTest();
    const [anna, boris] = [messenger.as("anna"), messenger.as("boris")];
    await boris.sessions.createSession({ alias: "Boris" });
    const chatId = await givenChat(anna, { private: true });

    const { joinRequest } = await boris.chats.requestToJoin({ chatId });
    const { joinRequests } = await anna.chats.listJoinRequests({ chatId });
    expect(joinRequests).toEqual([joinRequest]);
    expect(joinRequest?.alias).toBe("Boris");

    const memberId = joinRequest!.memberId;
    await anna.chats.decideJoinRequest({ chatId, memberId: memberId.toUpperCase(), decision: JoinDecision.ADMIT });
    const { members } = await boris.chats.listMembers({ chatId });
    expect(members.map(({ alias }) => alias).sort()).toEqual(["Boris", "Аноним #1"]);

    await anna.chats.removeMember({ chatId, memberId: memberId.toUpperCase() });
    await expect(boris.chats.listMembers({ chatId })).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it("is asked again after it declined", async () => {
    const messenger = messengerUnderTest();
    const [anna, boris] = [messenger.as("anna"), messenger.as("boris")];
    const chatId = await givenChat(anna, { private: true });
    const { joinRequest } = await boris.chats.requestToJoin({ chatId });

    const decision = { chatId, memberId: joinRequest!.memberId, decision: JoinDecision.DECLINE };
    await anna.chats.decideJoinRequest(decision);

    await expect(anna.chats.decideJoinRequest(decision)).rejects.toMatchObject({ code: Code.NotFound });
    expect((await boris.chats.getChat({ chatId })).chat?.standing).toBe(Standing.STRANGER);
    await boris.chats.requestToJoin({ chatId });
    expect((await boris.chats.getChat({ chatId })).chat?.standing).toBe(Standing.ASKER);
  });
});

describe("lists", () => {
  it("come in pages that meet everything once", async () => {
    const messenger = messengerUnderTest();
    const anna = messenger.as("anna");
    const made = [];
    for (let n = 0; n < 7; n += 1) made.push(await givenChat(anna));

    const met: string[] = [];
    for (let pageToken = "", first = true; first || pageToken !== ""; first = false) {
      const page = await anna.chats.listMyChats({ pageSize: 3, pageToken });
      met.push(...page.chats.map(({ chatId }) => chatId));
      pageToken = page.nextPageToken;
    }

    expect([...met].sort()).toEqual([...made].sort());
  });

  it("take no page token of another list", async () => {
    const anna = messengerUnderTest().as("anna");
    const [one, two] = [await givenChat(anna), await givenChat(anna)];
    for (const text of ["a", "b"]) await anna.messages.sendMessage({ chatId: one, text });
    const { nextPageToken: pageToken } = await anna.messages.listMessages({ chatId: one, pageSize: 1 });

    const refusal = { code: Code.InvalidArgument };
    await expect(anna.messages.listMessages({ chatId: two, pageToken })).rejects.toMatchObject(refusal);
    await expect(anna.chats.listMembers({ chatId: one, pageToken })).rejects.toMatchObject(refusal);
    await expect(anna.chats.listMyChats({ pageToken: "made up" })).rejects.toMatchObject(refusal);
  });
});

async function givenChat(
  { chats }: Pick<Voice, "chats">,
  wish: Parameters<Voice["chats"]["createChat"]>[0] = {},
): Promise<string> {
  return (await chats.createChat(wish)).chat?.chatId ?? "";
}
