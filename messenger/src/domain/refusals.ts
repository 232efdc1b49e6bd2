import { DomainError } from "@animal-delivery/platform/errors";
import { JOIN_REQUESTS_MAX, MEMBERS_MAX } from "./limits.ts";

export function sessionsFull(sessionsMax: number): DomainError {
  return new DomainError("exhausted", "SESSIONS_FULL", `there are ${sessionsMax} sessions already`);
}

export function chatsFull(chatsMax: number): DomainError {
  return new DomainError("exhausted", "CHATS_FULL", `there are ${chatsMax} chats already`);
}

export function memoryFull(): DomainError {
  return new DomainError("exhausted", "MEMORY_FULL", "there is no memory for one more message");
}

export function historySizeTooLarge(historySizeMax: number): DomainError {
  const metadata = { history_size_max: String(historySizeMax) };
  return new DomainError(
    "invalid",
    "HISTORY_SIZE_TOO_LARGE",
    `a chat keeps ${historySizeMax} messages at most`,
    metadata,
  );
}

export function chatNotFound(): DomainError {
  return new DomainError("notFound", "CHAT_NOT_FOUND", "there is no such chat");
}

export function chatExpired(): DomainError {
  return new DomainError("notFound", "CHAT_EXPIRED", "the chat has expired");
}

export function chatReadOnly(): DomainError {
  return new DomainError("refused", "CHAT_READ_ONLY", "only the creator of the chat writes to it");
}

export function notAMember(): DomainError {
  return new DomainError("forbidden", "NOT_A_MEMBER", "the chat is private, and you are not one of its members");
}

export function notTheCreator(): DomainError {
  return new DomainError("forbidden", "NOT_THE_CREATOR", "only the creator of the chat may do this");
}

export function alreadyAMember(): DomainError {
  return new DomainError("alreadyExists", "ALREADY_A_MEMBER", "you are a member already");
}

export function chatPublic(): DomainError {
  return new DomainError("refused", "CHAT_PUBLIC", "the chat is public: nobody has to ask");
}

export function joinRequestsFull(): DomainError {
  return new DomainError("exhausted", "JOIN_REQUESTS_FULL", `${JOIN_REQUESTS_MAX} wait to be admitted already`);
}

export function joinRequestNotFound(): DomainError {
  return new DomainError("notFound", "JOIN_REQUEST_NOT_FOUND", "nobody with this member id waits to be admitted");
}

export function membersFull(): DomainError {
  return new DomainError("refused", "MEMBERS_FULL", `the chat has ${MEMBERS_MAX} members already`);
}

export function memberNotFound(): DomainError {
  return new DomainError("notFound", "MEMBER_NOT_FOUND", "the chat has no such member");
}

export function creatorStays(): DomainError {
  return new DomainError("refused", "CREATOR_STAYS", "the creator is a member for as long as there is the chat");
}

export function roomNotFound(deliveryId: string): DomainError {
  return new DomainError("notFound", "ROOM_NOT_FOUND", `there is no room of the delivery ${deliveryId}`);
}

export function speakerGone(): DomainError {
  return new DomainError("refused", "SPEAKER_GONE", "the account is being deleted");
}

export function keyReused(): DomainError {
  return new DomainError("keyReused", "IDEMPOTENCY_KEY_REUSED", "the idempotency key came with another request before");
}

export function resumeTokenInvalid(): DomainError {
  return new DomainError("invalid", "RESUME_TOKEN_INVALID", "no stream of this chat can have given this resume token");
}

export function streamLimitReached(streamsMax: number): DomainError {
  return new DomainError("exhausted", "STREAM_LIMIT_REACHED", `one caller may follow with ${streamsMax} streams`);
}

export function readerTooSlow(): DomainError {
  return new DomainError("exhausted", "READER_TOO_SLOW", "the reader fell too far behind the chat");
}
