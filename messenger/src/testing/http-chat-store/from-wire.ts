import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import {
  Standing as StandingOnWire,
  type Chat as ChatOnWire,
} from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import {
  MessageKind,
  type Message as MessageOnWire,
} from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import type { Session as SessionOnWire } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import type { Chat, Participant, Standing } from "../../domain/chat.ts";
import type { Message } from "../../domain/message.ts";
import type { Session } from "../../domain/speaker.ts";

const STANDINGS: Record<StandingOnWire, Standing | undefined> = {
  [StandingOnWire.UNSPECIFIED]: undefined,
  [StandingOnWire.CREATOR]: "creator",
  [StandingOnWire.MEMBER]: "member",
  [StandingOnWire.ASKER]: "asker",
  [StandingOnWire.STRANGER]: "stranger",
};

/** What is not shown to whoever is outside a private chat is 0, false, and no time. */
export function chatOf(chat: ChatOnWire): Chat {
  const standing = STANDINGS[chat.standing];
  if (!standing) throw new Error("the chat does not say how the caller stands to it");
  return {
    chatId: chat.chatId,
    title: chat.title,
    historySize: chat.historySize,
    isReadOnly: chat.readOnly,
    isPrivate: chat.private,
    standing,
    ownerAlias: chat.ownerAlias,
    lastSequence: Number(chat.lastSequence),
    createdAt: dateOf(chat.createdAt),
    expiresAt: chat.expiresAt && timestampDate(chat.expiresAt),
  };
}

export function participantOf(memberId: string, alias: string, since: Timestamp | undefined): Participant {
  return { memberId, alias, since: dateOf(since) };
}

export function messageOf({ sequence, kind, text, authorId, authorAlias, sentAt }: MessageOnWire): Message {
  const author = kind === MessageKind.TEXT ? { memberId: authorId, alias: authorAlias } : undefined;
  return { sequence: Number(sequence), text, author, sentAt: dateOf(sentAt) };
}

/** Undefined for one that nobody made. */
export function sessionOf(session: SessionOnWire | undefined): Session | undefined {
  if (!session?.createdAt) return undefined;
  return { alias: session.alias === "" ? undefined : session.alias, createdAt: timestampDate(session.createdAt) };
}

function dateOf(time: Timestamp | undefined): Date {
  return time ? timestampDate(time) : new Date(NaN);
}
