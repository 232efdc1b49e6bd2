import { Code } from "@connectrpc/connect";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { JoinDecision } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import type { SubscribeMessagesResponse } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { describe, expect, it } from "vitest";
import { speakerOf } from "../domain/speaker.ts";
import { messengerUnderTest, type Voice } from "../testing/messenger-fixture.ts";

describe("SubscribeMessages", () => {
  it("tells what the chat keeps, the oldest first, and then each new message", async () => {
    const { anna, chatId } = await givenChat();
    await say(anna, chatId, "one", "two");
    const follower = read(anna, chatId);

    expect(await follower.texts(2)).toEqual(["one", "two"]);
    await say(anna, chatId, "three");
    expect(await follower.texts(1)).toEqual(["three"]);
    await say(anna, chatId, "four", "five");
    expect(await follower.texts(2)).toEqual(["four", "five"]);
    await follower.leave();
  });

  it("goes on after a resume token, without a gap or a duplicate", async () => {
    const { anna, chatId } = await givenChat();
    await say(anna, chatId, "one", "two", "three");
    const first = read(anna, chatId);
    const [, second] = await first.take(2);
    await first.leave();
    await say(anna, chatId, "four");

    const again = read(anna, chatId, second?.resumeToken);

    expect(await again.texts(2)).toEqual(["three", "four"]);
    await again.leave();
  });

  it("says which messages it no longer has for a follower who comes back", async () => {
    const { anna, chatId } = await givenChat({ historySize: 2 });
    await say(anna, chatId, "one");
    const first = read(anna, chatId);
    const [told] = await first.take(1);
    await first.leave();
    await say(anna, chatId, "two", "three", "four", "five");

    const again = read(anna, chatId, told?.resumeToken);
    const [skipped, ...rest] = await again.take(3);

    expect(skipped).toMatchObject({
      resumeToken: "3",
      event: { case: "skipped", value: { firstSequence: 2n, lastSequence: 3n } },
    });
    expect(rest.map(textOf)).toEqual(["four", "five"]);
    await again.leave();
  });

  it("says which messages left a short history before anybody here could read them", async () => {
    const { messenger, anna, chatId } = await givenChat({ historySize: 2 });
    await say(anna, chatId, "one");
    const follower = read(messenger.as("boris"), chatId);
    await follower.take(1);

    await Promise.all(texts(10).map((text) => append(messenger, chatId, text)));
    const told = await follower.take(3);

    expect(told[0]?.event).toMatchObject({ case: "skipped", value: { firstSequence: 2n, lastSequence: 9n } });
    expect(told.slice(1).map(textOf)).toEqual(["text 8", "text 9"]);
    await follower.leave();
  });

  it("tells everything in one order to many who read while many write", async () => {
    const { messenger, anna, chatId } = await givenChat({ historySize: 1_000 });
    const followers = Array.from({ length: 10 }, (_, n) => read(messenger.as(`follower ${n}`), chatId));

    const writers = Array.from({ length: 10 }, (_, n) => messenger.as(`writer ${n}`));
    const writing = Promise.all(writers.map((writer) => say(writer, chatId, ...texts(20))));
    const read200 = await Promise.all(followers.map((follower) => follower.take(200)));
    await writing;

    const sequences = read200.map((told) => told.map(({ resumeToken }) => Number(resumeToken)));
    for (const each of sequences) expect(each).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(new Set(read200.map((told) => told.map(textOf).join())).size).toBe(1);
    await Promise.all([...followers.map((follower) => follower.leave()), anna.chats.deleteChat({ chatId })]);
  });

  it.each([
    ["is deleted", async ({ anna, chatId }: World) => anna.chats.deleteChat({ chatId }), "there is no such chat"],
    [
      "expires",
      async ({ messenger, anna, chatId }: World) => {
        await anna.chats.setChatTtl({ chatId, ttl: durationFromMs(1_000) });
        messenger.advance(1_000);
      },
      "the chat has expired",
    ],
  ])("ends with the reason when the chat %s", async (_what, end, reason) => {
    const world = await givenChat();
    const follower = read(world.messenger.as("boris"), world.chatId);
    await say(world.anna, world.chatId, "one");
    await follower.take(1);

    await end(world);

    await expect(follower.take(1)).rejects.toMatchObject({ code: Code.NotFound, rawMessage: reason });
  });

  it("ends at once for a member who is put out, who sees nothing that came after", async () => {
    const { messenger, anna, chatId } = await givenChat({ private: true });
    const boris = messenger.as("boris");
    const { joinRequest } = await boris.chats.requestToJoin({ chatId });
    const memberId = joinRequest?.memberId ?? "";
    await anna.chats.decideJoinRequest({ chatId, memberId, decision: JoinDecision.ADMIT });
    const follower = read(boris, chatId);
    await say(anna, chatId, "one");
    expect(await follower.texts(1)).toEqual(["one"]);

    await anna.chats.removeMember({ chatId, memberId });
    await say(anna, chatId, "two");

    await expect(follower.take(1)).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it("is not for strangers of a private chat", async () => {
    const { messenger, chatId } = await givenChat({ private: true });

    await expect(read(messenger.as("boris"), chatId).take(1)).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it.each(["-1", "2", "one", "1.5", "01", "99999999999999999999"])("takes no resume token %s", async (token) => {
    const { anna, chatId } = await givenChat();
    await say(anna, chatId, "one");

    await expect(read(anna, chatId, token).take(1)).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  it("lets one caller follow so often and not more", async () => {
    const { anna, chatId } = await givenChat({}, 2);
    await say(anna, chatId, "one");
    const followers = [read(anna, chatId), read(anna, chatId)];
    for (const follower of followers) await follower.take(1);

    await expect(read(anna, chatId).take(1)).rejects.toMatchObject({ code: Code.ResourceExhausted });

    await followers[0]?.leave();
    await expect.poll(() => read(anna, chatId).texts(1).catch(String)).toEqual(["one"]);
    await followers[1]?.leave();
  });
});

interface World {
  readonly messenger: ReturnType<typeof messengerUnderTest>;
  readonly anna: Voice;
  readonly chatId: string;
}

/** A chat of Anna's. */
async function givenChat(
  wish: Parameters<Voice["chats"]["createChat"]>[0] = {},
  streamsPerCallerMax = 16,
): Promise<World> {
  const messenger = messengerUnderTest({ historySizeMax: 10_000, streamsPerCallerMax });
  const anna = messenger.as("anna");
  const { chat } = await anna.chats.createChat(wish);
  return { messenger, anna, chatId: chat?.chatId ?? "" };
}

async function say({ messages }: Voice, chatId: string, ...all: readonly string[]): Promise<void> {
  for (const text of all) await messages.sendMessage({ chatId, text });
}

/** Writes past the RPC, so that many come in one turn of this process. */
function append({ store }: World["messenger"], chatId: string, text: string) {
  return store.appendMessage(chatId, speakerOf("anna", undefined), { text, idempotencyKey: undefined });
}

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `text ${n}`);
}

function textOf({ event }: SubscribeMessagesResponse): string {
  return event.case === "message" ? event.value.text : `(${event.case})`;
}

/** A stream that is read as it is asked to. */
function read({ messages }: Voice, chatId: string, resumeToken = "") {
  const gone = new AbortController();
  const stream = messages.subscribeMessages({ chatId, resumeToken }, { signal: gone.signal })[Symbol.asyncIterator]();
  const take = async (count: number): Promise<SubscribeMessagesResponse[]> => {
    const taken = [];
    while (taken.length < count) {
      const { value, done } = await stream.next();
      if (done) throw new Error("the stream ended");
      taken.push(value);
    }
    return taken;
  };
  return {
    take,
    texts: async (count: number) => (await take(count)).map(textOf),
    async leave() {
      gone.abort();
      await stream.next().catch(() => undefined);
    },
  };
}
