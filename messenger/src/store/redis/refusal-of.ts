import { DomainError } from "@animal-delivery/platform/errors";
import * as refusals from "../../domain/refusals.ts";

/** A step that did nothing because its time was over, or another's turn was first. Whoever has no more patience is told so. */
export class LateError extends DomainError {
  constructor() {
    super("unavailable", "UNAVAILABLE", "the chat store was too slow");
  }
}

/** What scripts refuse with. */
const REFUSALS: Readonly<Record<string, () => Error>> = {
  CHAT_NOT_FOUND: refusals.chatNotFound,
  CHAT_EXPIRED: refusals.chatExpired,
  CHAT_READ_ONLY: refusals.chatReadOnly,
  NOT_A_MEMBER: refusals.notAMember,
  NOT_THE_CREATOR: refusals.notTheCreator,
  ALREADY_A_MEMBER: refusals.alreadyAMember,
  CHAT_PUBLIC: refusals.chatPublic,
  JOIN_REQUESTS_FULL: refusals.joinRequestsFull,
  JOIN_REQUEST_NOT_FOUND: refusals.joinRequestNotFound,
  MEMBERS_FULL: refusals.membersFull,
  MEMBER_NOT_FOUND: refusals.memberNotFound,
  CREATOR_STAYS: refusals.creatorStays,
  IDEMPOTENCY_KEY_REUSED: refusals.keyReused,
  LATE: () => new LateError(),
  TAKEN: () => new Error("the id of a new chat is that of somebody else's"),
};

export function refusalOf(code: string): Error {
  return REFUSALS[code]?.() ?? new Error(`a script answered ${code}`);
}
