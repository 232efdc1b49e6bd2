import type { Message } from "../../domain/message.ts";
import type { SharedAuthor } from "./authors.ts";

/** A message as the history keeps it, smaller than what is told. */
export interface KeptMessage {
  readonly sequence: number;
  readonly text: string;
  readonly author: SharedAuthor;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

export function messageOf({ sequence, text, author: { memberId, alias }, sentAt }: KeptMessage): Message {
  return { sequence, text, author: { memberId, alias }, sentAt: new Date(sentAt) };
}
