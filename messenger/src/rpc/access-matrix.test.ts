// Every RPC of sessions, chats and messages, by everybody who may stand to a chat in some way, for every kind of chat. The cells are
// generated from the contract: an RPC that is missing in the rules below is red. What is refused is refused as the contract says.
import { fromJson, getOption, type DescMethod, type JsonObject, type Message } from "@bufbuild/protobuf";
import { durationFromMs, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { refusals } from "@animal-delivery/contracts/gen/common/v1/errors_pb";
import { example } from "@animal-delivery/contracts/gen/common/v1/example_pb";
import { ChatService, JoinDecision } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { describe, expect, it } from "vitest";
import { messengerUnderTest, type Voice } from "../testing/messenger-fixture.ts";

const { NO_SIDE_EFFECTS } = MethodOptions_IdempotencyLevel;

const KINDS = ["public", "private", "read-only", "private and read-only", "expired", "deleted"] as const;
type Kind = (typeof KINDS)[number];

/** `other session` has the alias of the creator, and nothing else of them. */
const CALLERS = ["creator", "member", "asker", "stranger", "other session"] as const;
type Caller = (typeof CALLERS)[number];

/** `served`, or the reason. */
type Verdict = string;
type Rule = (kind: Kind, caller: Caller) => Verdict;

const isPrivate = (kind: Kind): boolean => kind.startsWith("private");
const isReadOnly = (kind: Kind): boolean => kind.includes("read-only");
const isIn = (caller: Caller): boolean => caller === "creator" || caller === "member";

const served: Rule = () => "served";
/** For everybody, once they are in. */
const inside =
  (rule: Rule): Rule =>
  (kind, caller) =>
    isPrivate(kind) && !isIn(caller) ? "NOT_A_MEMBER" : rule(kind, caller);
const forCreator = (rule: Rule): Rule =>
  inside((kind, caller) => (caller === "creator" ? rule(kind, caller) : "NOT_THE_CREATOR"));
/** For any chat that there still is. */
const living =
  (rule: Rule): Rule =>
  (kind, caller) => {
    if (kind === "expired") return "CHAT_EXPIRED";
    return kind === "deleted" ? "CHAT_NOT_FOUND" : rule(kind, caller);
  };

/** What each RPC answers. Decisions are about the asker, removals about the member; public chats have neither. */
const RULES: Readonly<Record<string, Rule>> = {
  CreateSession: served,
  GetSession: served,
  DeleteSession: served,
  CreateChat: served,
  ListMyChats: served,
  GetChat: living(served),
  ListMembers: living(inside(served)),
  ListMessages: living(inside(served)),
  SubscribeMessages: living(inside(served)),
  SendMessage: living(
    inside((kind, caller) => (isReadOnly(kind) && caller !== "creator" ? "CHAT_READ_ONLY" : "served")),
  ),
  DeleteChat: living(forCreator(served)),
  SetChatTtl: living(forCreator(served)),
  ListJoinRequests: living(forCreator(served)),
  DecideJoinRequest: living(forCreator((kind) => (isPrivate(kind) ? "served" : "JOIN_REQUEST_NOT_FOUND"))),
  RequestToJoin: living((kind, caller) => {
    if (!isPrivate(kind)) return "CHAT_PUBLIC";
    return isIn(caller) ? "ALREADY_A_MEMBER" : "served";
  }),
  RemoveMember: living(
    inside((kind, caller) => {
      if (!isIn(caller)) return "NOT_THE_CREATOR";
      return isPrivate(kind) ? "served" : "MEMBER_NOT_FOUND";
    }),
  ),
};

const METHODS = [SessionService, ChatService, MessageService].flatMap((service) => service.methods);

describe.each(METHODS.map((method) => [method.name, method] as const))("%s", (name, method) => {
  it.each(KINDS.flatMap((kind) => CALLERS.map((caller) => [kind, caller] as const)))(
    "of a chat that is %s, by the %s",
    async (kind, caller) => {
      const rule = RULES[name];
      if (!rule) throw new Error(`no rule says what ${name} answers`);
      const verdict = rule(kind, caller);
      const changesNothing = verdict !== "served" || method.idempotency === NO_SIDE_EFFECTS;
      const world = await (changesNothing ? untouched(kind) : givenWorld(kind));

      const answer = await call(world, method, caller);

      expect(answer).toBe(verdict);
      if (answer !== "served") expect(getOption(method, refusals)).toContain(answer);
    },
  );
});

/** What is read or refused changes nothing: one world of each kind does for all of that. */
const worlds = new Map<Kind, Promise<World>>();

function untouched(kind: Kind): Promise<World> {
  const world = worlds.get(kind) ?? givenWorld(kind);
  worlds.set(kind, world);
  return world;
}

interface World {
  readonly chatId: string;
  readonly voices: Readonly<Record<Caller, Voice>>;
  /** By what the RPC is about. */
  readonly memberIds: { readonly asker: string; readonly member: string };
}

/** A chat of the kind, with everybody around it; where they may, the creator has written. */
async function givenWorld(kind: Kind): Promise<World> {
  const messenger = messengerUnderTest();
  const voices = Object.fromEntries(CALLERS.map((caller) => [caller, messenger.as(caller)])) as World["voices"];
  for (const caller of ["creator", "other session"] as const)
    await voices[caller].sessions.createSession({ alias: "Anna" });
  const { creator, member, asker } = voices;
  const { chat } = await creator.chats.createChat({ private: isPrivate(kind), readOnly: isReadOnly(kind) });
  const chatId = chat?.chatId ?? "";
  await creator.messages.sendMessage({ chatId, text: "hello" });
  const idOf = async ({ sessions }: Voice) => (await sessions.getSession({})).session?.memberId ?? "";
  const memberIds = { asker: await idOf(asker), member: await idOf(member) };
  if (isPrivate(kind)) {
    for (const each of [member, asker]) await each.chats.requestToJoin({ chatId });
    const decision = JoinDecision.ADMIT;
    await creator.chats.decideJoinRequest({ chatId, memberId: memberIds.member, decision });
  }
  if (kind === "expired") {
    await creator.chats.setChatTtl({ chatId, ttl: durationFromMs(1_000) });
    messenger.advance(1_000);
  }
  if (kind === "deleted") await creator.chats.deleteChat({ chatId });
  return { chatId, voices, memberIds };
}

/** Calls an RPC with the example of the contract, about this chat and its people. */
async function call({ chatId, voices, memberIds }: World, method: DescMethod, caller: Caller): Promise<Verdict> {
  const about = {
    chat_id: chatId,
    member_id: method.name === "DecideJoinRequest" ? memberIds.asker : memberIds.member,
  };
  const given = Object.entries(about).filter(([name]) => method.input.fields.some((field) => field.name === name));
  const json = { ...(JSON.parse(getOption(method.input, example)) as JsonObject), ...Object.fromEntries(given) };
  const request = fromJson(method.input, json);
  const client = clientOf(voices[caller], method);
  const asked = client(request);
  const refusal = await refusalOf(asked).catch(() => undefined);
  return refusal?.reason ?? "served";
}

/** The function of the client that calls an RPC; of a stream it reads the first message. */
function clientOf({ sessions, chats, messages }: Voice, method: DescMethod): (request: Message) => Promise<unknown> {
  const client = { ...sessions, ...chats, ...messages } as unknown as Record<string, (request: Message) => unknown>;
  return async (request) => {
    const answer = client[method.localName]?.(request);
    if (method.methodKind === "unary") return answer;
    for await (const message of answer as AsyncIterable<unknown>) return message;
    return undefined;
  };
}
