import { type Arguments, type Command, CREATORS, HISTORY_SIZE, type Operation } from "./command.ts";
import { aliasOf, type Answer, assertCreator, assertReader, FORGOTTEN, get, nameIn } from "./world.ts";
import { newChat, Refusal, seenBy, whoIs, type World } from "./world.ts";

/** Changes the world as the command does. */
export function apply(world: World, command: Command): Answer {
  try {
    return (RULES[command.op] as (world: World, command: Command) => Answer)(world, command);
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

const RULES: { [Op in Operation]: (world: World, args: Arguments[Op]) => Answer } = {
  saveSession: ({ sessions }, { by }) => (sessions[whoIs(by)] = aliasOf(by) ?? ""),
  findSession: ({ sessions }, { by }) => sessions[whoIs(by)],
  deleteSession(world, { by }) {
    world.sessions[whoIs(by)] = undefined;
    for (const [index, chat] of world.chats.entries()) {
      if (chat?.creator === whoIs(by)) world.chats[index] = undefined;
      else if (chat) chat.members[whoIs(by)] = chat.askers[whoIs(by)] = undefined;
    }
  },
  createChat(world, { chat: index, ...made }) {
    const voice = CREATORS[index] ?? 0;
    world.chats[index] ??= newChat(world, voice, made);
    world.expiredAt[index] = FORGOTTEN;
    return seenBy(get(world, index), voice);
  },
  findChat: (world, { by, chat }) => seenBy(get(world, chat), by),
  listChats: ({ chats }, { by }) => chats.flatMap((chat, index) => (chat?.members[whoIs(by)] ? [index] : [])),
  deleteChat(world, { by, chat }) {
    assertCreator(get(world, chat), by);
    world.chats[chat] = undefined;
  },
  setTtl(world, { by, chat: index, ttl = Infinity }) {
    const chat = assertCreator(get(world, index), by);
    chat.expiresAt = world.now + ttl;
    return seenBy(chat, by);
  },
  requestToJoin(world, { by, chat: index }) {
    const chat = get(world, index);
    if (!chat.isPrivate) throw new Refusal("CHAT_PUBLIC");
    if (chat.members[whoIs(by)]) throw new Refusal("ALREADY_A_MEMBER");
    return (chat.askers[whoIs(by)] ??= nameIn(chat, by));
  },
  listJoinRequests: (world, { by, chat }) => assertCreator(get(world, chat), by).askers,
  decideJoinRequest(world, { by, chat: index, whom, decision }) {
    const chat = assertCreator(get(world, index), by);
    if (!chat.askers[whom]) throw new Refusal("JOIN_REQUEST_NOT_FOUND");
    if (decision === "admit") chat.members[whom] = chat.askers[whom];
    chat.askers[whom] = undefined;
  },
  listMembers: (world, { by, chat }) => assertReader(get(world, chat), by).members,
  removeMember(world, { by, chat: index, whom }) {
    const chat = assertReader(get(world, index), by);
    if (whom !== whoIs(by)) assertCreator(chat, by);
    if (whom === chat.creator) throw new Refusal("CREATOR_STAYS");
    if (!chat.members[whom]) throw new Refusal("MEMBER_NOT_FOUND");
    chat.members[whom] = undefined;
  },
  appendMessage(world, { by, chat: index, text, key }) {
    const chat = assertReader(get(world, index), by);
    const who = whoIs(by);
    if (chat.isReadOnly && who !== chat.creator) throw new Refusal("CHAT_READ_ONLY");
    const first = chat.keyed.find((each) => each.who === who && each.key === key)?.message;
    if (first && first[3] !== text) throw new Refusal("IDEMPOTENCY_KEY_REUSED");
    if (first) return first;
    const message = [(chat.last += 1), who, nameIn(chat, by), text] as const;
    chat.messages = [...chat.messages, message].slice(-HISTORY_SIZE);
    if (key !== undefined) chat.keyed.push({ who, key, at: world.now, message });
    return message;
  },
  listMessages(world, { by, chat, before = Infinity, limit }) {
    const { messages } = assertReader(get(world, chat), by);
    return messages
      .filter(([sequence]) => sequence < before)
      .slice(-limit)
      .reverse();
  },
  readTail(world, { chat, after, limit }) {
    const { messages, last } = get(world, chat);
    return [last - messages.length + 1, last, messages.filter(([sequence]) => sequence > after).slice(0, limit)];
  },
  sweep: () => undefined,
};
