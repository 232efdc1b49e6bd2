import type { Cluster, Redis } from "ioredis";
import type { RunCommand } from "@animal-delivery/platform/redis/observe-commands";
import type { StoreLimits } from "../../domain/limits.ts";
import { chatsFull, sessionsFull } from "../../domain/refusals.ts";
import { buryChat } from "./bury-chat.ts";
import { type Call, createCall } from "./call.ts";
import { endIfIdle } from "./delete-session.ts";
import { createHints, type Hints } from "./hints.ts";
import { keyOfPlaces } from "./keys.ts";
import { createPlaces, type Places } from "./places.ts";

/** What every part of the store works with. */
export interface Parts {
  readonly client: Redis | Cluster;
  readonly run: RunCommand;
  readonly call: Call;
  readonly hints: Hints;
  readonly chats: Places;
  readonly sessions: Places;
}

/** @param clockShiftMs what is added to the server's clock, in milliseconds. */
export function createParts(
  client: Redis | Cluster,
  run: RunCommand,
  { sessionsMax, chatsMax, sessionIdleMs }: StoreLimits,
  clockShiftMs: () => number,
): Parts {
  const call = createCall(client, run, clockShiftMs);
  const hints = createHints(client, run, call);
  const chats = createPlaces(call, {
    key: keyOfPlaces("chats"),
    max: chatsMax,
    full: chatsFull,
    find: async (chatId) => buryChat(call, hints, chatId),
  });
  const sessions = createPlaces(call, {
    key: keyOfPlaces("sessions"),
    max: sessionsMax,
    full: sessionsFull,
    find: async (memberId) => endIfIdle({ call, hints, chats }, memberId, sessionIdleMs),
  });
  return { client, run, call, hints, chats, sessions };
}
