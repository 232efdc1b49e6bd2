import * as fc from "fast-check";

/** What each function is called with: people and chats by their place in the world, times in half hours. */
export interface Arguments {
  saveSession: { by: number };
  findSession: { by: number };
  deleteSession: { by: number };
  createChat: { chat: number; isPrivate: boolean; isReadOnly: boolean; ttl: number | undefined };
  findChat: { by: number; chat: number };
  listChats: { by: number };
  deleteChat: { by: number; chat: number };
  setTtl: { by: number; chat: number; ttl: number | undefined };
  requestToJoin: { by: number; chat: number };
  listJoinRequests: { by: number; chat: number };
  decideJoinRequest: { by: number; chat: number; whom: number; decision: "admit" | "decline" };
  listMembers: { by: number; chat: number };
  removeMember: { by: number; chat: number; whom: number };
  appendMessage: { by: number; chat: number; text: string; key: string | undefined };
  listMessages: { by: number; chat: number; before: number | undefined; limit: number };
  readTail: { chat: number; after: number; limit: number };
  sweep: object;
}
export type Operation = keyof Arguments;
export type Command = { [Op in Operation]: { readonly op: Op } & Readonly<Arguments[Op]> }[Operation];

/** Time that passes, and then what comes at once. */
export interface Group {
  readonly halfHours: number;
  readonly commands: readonly Command[];
}

/** Who speaks, and under which name: the last two are the same person. */
export const VOICES = [
  { who: 0, alias: "Anna" },
  { who: 1, alias: "Boris" },
  { who: 2, alias: undefined },
  { who: 3, alias: undefined },
  { who: 3, alias: "Dora" },
] as const;
export const PEOPLE = 4;
/** The voice that makes each chat. */
export const CREATORS = [0, 2] as const;
export const HISTORY_SIZE = 3;

export const DAY = 48;
/** Groups are emptied by shrinking, none is taken away: so many make 60 commands and more. */
const GROUPS = 80;

const by = fc.nat({ max: VOICES.length - 1 });
/** More often one of the creators. */
const ruler = fc.constantFrom(0, 2, 0, 2, 1, 3);
const whom = fc.nat({ max: PEOPLE - 1 });
const chat = fc.nat({ max: CREATORS.length - 1 });
const ttl = fc.constantFrom(undefined, undefined, undefined, undefined, 1, 2);
const limit = fc.constantFrom(10, 2);
const sequence = fc.nat({ max: 6 });
const decision = fc.constantFrom("admit" as const, "admit" as const, "admit" as const, "decline" as const);
const text = fc.constantFrom("a", "b");
const key = fc.constantFrom(undefined, "k", "l");
const isPrivate = fc.constantFrom(true, true, true, false);
const isReadOnly = fc.constantFrom(false, false, false, false, true);

/** How often each comes, and with what; the commonest value of each first, for shrinking goes towards that. */
const commands = {
  createChat: [8, { chat, isPrivate, isReadOnly, ttl }],
  appendMessage: [16, { by, chat, text, key }],
  requestToJoin: [8, { by, chat }],
  decideJoinRequest: [12, { by: ruler, chat, whom, decision }],
  removeMember: [4, { by: ruler, chat, whom }],
  readTail: [4, { chat, after: sequence, limit }],
  listMessages: [3, { by, chat, before: fc.option(sequence, { nil: undefined }), limit }],
  listMembers: [4, { by, chat }],
  listJoinRequests: [3, { by: ruler, chat }],
  findChat: [4, { by, chat }],
  listChats: [4, { by }],
  saveSession: [1, { by }],
  findSession: [1, { by }],
  setTtl: [1, { by: ruler, chat, ttl }],
  deleteChat: [1, { by: ruler, chat }],
  deleteSession: [1, { by }],
  sweep: [1, {}],
} satisfies { [Op in Operation]: [number, { [Name in keyof Arguments[Op]]: fc.Arbitrary<Arguments[Op][Name]> }] };

const command = fc.oneof(
  ...Object.entries(commands).map(([op, [weight, fields]]) => ({
    weight,
    arbitrary: fc.record({ op: fc.constant(op), ...fields }) as unknown as fc.Arbitrary<Command>,
  })),
);

export const groups: fc.Arbitrary<Group[]> = fc.array(
  fc.record({
    halfHours: fc.constantFrom(...Array.from({ length: 20 }, () => 0), 1, 2, DAY),
    commands: fc.array(command, { maxLength: 3 }),
  }),
  { minLength: GROUPS, maxLength: GROUPS },
);
