import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  MessageKind,
  type MessageSchema,
  type SubscribeMessagesResponseSchema,
} from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import type { Message } from "../domain/message.ts";
import { resumeTokenOf, type Told } from "../feed/follow-chat.ts";

export function messageMessage(chatId: string, message: Message): MessageInitShape<typeof MessageSchema> {
  const { sequence, text, author, sentAt } = message;
  return {
    chatId,
    sequence: BigInt(sequence),
    kind: kindOf(message),
    text,
    authorId: author?.memberId ?? "",
    authorAlias: author?.alias ?? "",
    sentAt: timestampFromDate(sentAt),
  };
}

function kindOf({ author, text }: Message): MessageKind {
  if (author) return MessageKind.TEXT;
  return text === "" ? MessageKind.ERASED : MessageKind.SYSTEM;
}

export function toldMessage(chatId: string, told: Told): MessageInitShape<typeof SubscribeMessagesResponseSchema> {
  if (told.kind === "message") {
    const { message } = told;
    return {
      resumeToken: resumeTokenOf(message.sequence),
      event: { case: "message", value: messageMessage(chatId, message) },
    };
  }
  const value = { firstSequence: BigInt(told.first), lastSequence: BigInt(told.last) };
  return { resumeToken: resumeTokenOf(told.last), event: { case: "skipped", value } };
}
