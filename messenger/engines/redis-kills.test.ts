// A process may end after any command that it sent: what it leaves undone, a sweep does.
import { randomUUID } from "node:crypto";
import { type Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis } from "@animal-delivery/platform/redis/connect";
import { observeCommands, PATIENCE, type RunCommand } from "@animal-delivery/platform/redis/observe-commands";
import { type OwnRedis, ownRedis } from "@animal-delivery/platform/testing/own-redis";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { Speaker } from "../src/domain/speaker.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { createChat, deleteChat, setTtl } from "../src/store/redis/chats.ts";
import { deleteSession } from "../src/store/redis/delete-session.ts";
import { keysOfChat } from "../src/store/redis/keys.ts";
import { decideJoinRequest, requestToJoin } from "../src/store/redis/join-requests.ts";
import { removeMember } from "../src/store/redis/members.ts";
import { createParts, type Parts } from "../src/store/redis/parts.ts";
import { openRedisChatStore } from "../src/store/redis/redis-store.ts";
import { saveSession } from "../src/store/redis/sessions.ts";
import { outcomeOf } from "../src/testing/chat-store/outcome.ts";
import { givenAsker, givenChat, givenMember, named, say, someChat } from "../src/testing/chat-store/people.ts";

const HOUR_MS = 3_600_000;
/** A place is held for a minute; two, so that nothing is young any more. */
const LATER_MS = 120_000;
const LIMITS = { sessionsMax: 3, chatsMax: 3 };

interface Crowd {
  readonly people: Readonly<Record<"anna" | "boris" | "clara" | "dora", Speaker>>;
  readonly chatId: string;
  /** Lives for an hour. */
  readonly mortalId: string;
}

const STEPS: Record<string, (parts: Parts, crowd: Crowd) => Promise<unknown>> = {
  createChat: async (parts, { people: { boris } }) => createChat(parts, boris, someChat()),
  "createChat with a time": async (parts, { people: { anna } }) =>
    createChat(parts, anna, someChat({ ttlMs: HOUR_MS })),
  "createChat in place of one that expired": async (parts, { people: { anna }, mortalId }) => {
    shiftMs += HOUR_MS;
    return createChat(parts, anna, someChat({ chatId: mortalId }));
  },
  "createChat where there is one": async (parts, { people: { anna }, chatId }) =>
    createChat(parts, anna, someChat({ chatId })),
  deleteChat: async (parts, { people: { anna }, chatId }) => deleteChat(parts, chatId, anna.memberId),
  "deleteChat of somebody else's": async (parts, { people: { boris }, chatId }) =>
    deleteChat(parts, chatId, boris.memberId),
  "setTtl to an end": async (parts, { people: { anna }, chatId }) => setTtl(parts, chatId, anna.key, 60_000),
  "setTtl to none": async (parts, { people: { anna }, mortalId }) => setTtl(parts, mortalId, anna.key, undefined),
  requestToJoin: async (parts, { people: { dora }, chatId }) => requestToJoin(parts, chatId, dora),
  "requestToJoin where nothing is": async (parts, { people: { clara } }) => requestToJoin(parts, randomUUID(), clara),
  "decideJoinRequest to admit": async (parts, { people: { anna, clara }, chatId }) =>
    decideJoinRequest(parts, chatId, anna.key, clara.memberId, "admit"),
  "decideJoinRequest to decline": async (parts, { people: { anna, clara }, chatId }) =>
    decideJoinRequest(parts, chatId, anna.key, clara.memberId, "decline"),
  removeMember: async (parts, { people: { anna, boris }, chatId }) =>
    removeMember(parts, chatId, anna.key, boris.memberId),
  saveSession: async (parts, { people: { dora } }) => saveSession(parts, dora.key, "Dora"),
  "deleteSession of the creator": async (parts, { people: { anna } }) => deleteSession(parts, anna.key),
  "deleteSession of a member": async (parts, { people: { boris } }) => deleteSession(parts, boris.key),
  "deleteSession of an asker": async (parts, { people: { clara } }) => deleteSession(parts, clara.key),
  "sweep of a chat that expired": async ({ chats }) => {
    shiftMs += HOUR_MS;
    return chats.sweep();
  },
};

const PATIENT = { ...PATIENCE, answerMs: 5_000 };

let shiftMs = 0;
const opened = new AsyncDisposableStack();
let redis: OwnRedis;
let raw: Redis;
let run: RunCommand;
let store: ChatStore;
let client: Redis | Cluster;
beforeAll(async () => {
  redis = opened.use(await ownRedis());
  raw = opened.adopt(new Redis(redis.url), (client) => client.disconnect());
  run = observeCommands(testTelemetry(), PATIENT);
  client = opened.adopt(await connectRedis(server()), (each) => each.disconnect());
  const options = { ...server(), ...LIMITS, clockShiftMs: () => shiftMs };
  store = opened.use(await openRedisChatStore(options, testTelemetry(), PATIENT));
});
afterAll(() => opened.disposeAsync());

describe("a process that ends in the middle of", () => {
  it.each(Object.entries(STEPS))(
    "%s leaves nothing that a sweep, or whoever comes across it, does not mend",
    async (_, step) => {
      for (let commands = 1, isDone = false; !isDone; commands += 1) {
        await redis.flush();
        const crowd = await givenCrowd();

        isDone = await endAfter(commands, async (parts) => step(parts, crowd));

        shiftMs += LATER_MS;
        await store.sweep();
        await expectPlacesForWhatThereIs();
        await expectHintsForAll();
        await expectListsAsChats(crowd);
        await store.sweep();
        for (const { key } of Object.values(crowd.people)) await store.deleteSession(key);
        expect((await partsLeft("chat")).filter((part) => part !== "ends" && part !== "turn")).toEqual([]);
        expect(await partsLeft("person")).toEqual([]);
      }
    },
  );
});

describe("a step on a chat", () => {
  it.each([
    ["when its place may have been swept meanwhile", async () => void (shiftMs += LATER_MS / 2)],
    [
      "after one whose turn was later",
      async ({ people: { anna }, chatId }: Crowd) => void (await store.setTtl(chatId, anna.key, HOUR_MS)),
    ],
  ])("does nothing %s, and is done anew", async (_, meanwhile) => {
    await redis.flush();
    const crowd = await givenCrowd();
    const { people, chatId } = crowd;
    const { call, chats } = createParts(client, run, LIMITS, () => shiftMs);
    const tokens: number[] = [];

    await chats.change(chatId, async (token) => {
      tokens.push(token);
      if (tokens.length === 1) await meanwhile(crowd);
      return call("setTtl", keysOfChat(chatId), people.anna.memberId, token, "");
    });

    expect(tokens).toHaveLength(2);
    expect((await store.findChat(chatId, people.anna.key)).expiresAt).toBeUndefined();
    expect(Number(await raw.zscore("places:chats", chatId))).toBeGreaterThan(Math.max(...tokens));
  });
});

function server() {
  return { urls: [redis.url], cluster: false, keyPrefix: "" };
}

/** Two chats of Anna's, Boris in both, and Clara before the doors. */
async function givenCrowd(): Promise<Crowd> {
  const people = { anna: named("Anna"), boris: named("Boris"), clara: named("Clara"), dora: named("Dora") };
  const { anna, boris, clara } = people;
  await store.saveSession(anna.key, "Anna");
  const chat = await givenChat(store, { isPrivate: true }, anna);
  const mortal = await givenChat(store, { isPrivate: true, ttlMs: HOUR_MS }, anna);
  for (const each of [chat, mortal]) {
    await givenMember(store, each, boris);
    await givenAsker(store, each, clara);
    await say(store, each.chatId, boris, "hello", "key");
  }
  return { people, chatId: chat.chatId, mortalId: mortal.chatId };
}

/** Does it in a process that ends after so many commands. @returns whether it came to its end before. */
async function endAfter(commands: number, work: (parts: Parts) => Promise<unknown>): Promise<boolean> {
  const end = Promise.withResolvers<false>();
  let left = commands;
  const runUntilTheEnd: RunCommand = async (operation, command) => {
    if (left === 0) return new Promise(() => undefined);
    const answer = await run(operation, command);
    left -= 1;
    if (left > 0) return answer;
    end.resolve(false);
    return new Promise(() => undefined);
  };
  const parts = createParts(client, runUntilTheEnd, LIMITS, () => shiftMs);
  return Promise.race([outcomeOf(work(parts)).then(() => true), end.promise]);
}

async function expectPlacesForWhatThereIs(): Promise<void> {
  for (const [kind, pattern] of [
    ["chats", "chat:{*}:head"],
    ["sessions", "session:{*}"],
  ] as const) {
    const there = await idsOf(pattern);
    expect((await raw.zrange(`places:${kind}`, 0, "-1")).toSorted()).toEqual(there.toSorted());
  }
}

/** Whoever is in a chat, or waits, has a hint to it. */
async function expectHintsForAll(): Promise<void> {
  for (const chatId of await idsOf("chat:{*}:head")) {
    for (const [part, kind] of [
      ["members", "chats"],
      ["askers", "asked"],
    ]) {
      for (const memberId of await raw.zrange(`chat:{${chatId}}:${part}`, 0, "-1")) {
        expect(await raw.zscore(`person:{${memberId}}:${kind}`, chatId)).not.toBeNull();
      }
    }
  }
}

/** What somebody lists is what they are in, and then no hint is left to anything else. */
async function expectListsAsChats({ people }: Crowd): Promise<void> {
  for (const { key, memberId } of Object.values(people)) {
    const listed = (await store.listChats(key, undefined, 10)).map(({ chatId }) => chatId).toSorted();
    const isMember = async (chatId: string) => (await raw.zscore(`chat:{${chatId}}:members`, memberId)) !== null;
    const chatIds = await idsOf("chat:{*}:head");
    const memberOf = await Promise.all(chatIds.map(async (chatId) => ((await isMember(chatId)) ? [chatId] : [])));
    expect(listed).toEqual(memberOf.flat().toSorted());
    expect((await raw.zrange(`person:{${memberId}}:chats`, 0, "-1")).toSorted()).toEqual(listed);
  }
}

async function idsOf(pattern: string): Promise<string[]> {
  const keys = await raw.keys(pattern);
  return keys.filter((key) => !key.endsWith(":turn")).map((key) => /\{(.*)\}/.exec(key)?.[1] ?? "");
}

/** What the keys that begin so are for. */
async function partsLeft(start: string): Promise<string[]> {
  return (await raw.keys(`${start}:*`)).map((key) => key.slice(key.lastIndexOf(":") + 1));
}
