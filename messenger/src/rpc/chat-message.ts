import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  Standing as StandingOnWire,
  type ChatSchema,
  type JoinRequestSchema,
  type MemberSchema,
} from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import type { Chat, Participant, Standing } from "../domain/chat.ts";
import { mayRead } from "../domain/rules.ts";

const STANDING_ON_WIRE = {
  creator: StandingOnWire.CREATOR,
  member: StandingOnWire.MEMBER,
  asker: StandingOnWire.ASKER,
  stranger: StandingOnWire.STRANGER,
} as const satisfies Record<Standing, StandingOnWire>;

/** A chat as far as the caller may see it. */
export function chatMessage(chat: Chat): MessageInitShape<typeof ChatSchema> {
  const { chatId, title, isPrivate, ownerAlias } = chat;
  const door = { chatId, title, private: isPrivate, ownerAlias, standing: STANDING_ON_WIRE[chat.standing] };
  if (!mayRead(chat)) return door;
  return {
    ...door,
    readOnly: chat.isReadOnly,
    historySize: chat.historySize,
    lastSequence: BigInt(chat.lastSequence),
    createdAt: timestampFromDate(chat.createdAt),
    ...(chat.expiresAt && { expiresAt: timestampFromDate(chat.expiresAt) }),
  };
}

export function memberMessage({ memberId, alias, since }: Participant): MessageInitShape<typeof MemberSchema> {
  return { memberId, alias, joinedAt: timestampFromDate(since) };
}

export function joinRequestMessage({
  memberId,
  alias,
  since,
}: Participant): MessageInitShape<typeof JoinRequestSchema> {
  return { memberId, alias, askedAt: timestampFromDate(since) };
}
