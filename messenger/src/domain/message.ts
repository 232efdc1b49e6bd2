/** A message as everybody reads it. */
export interface Message {
  /** 1 for the first message that a chat ever had, and one more for each. */
  readonly sequence: number;
  readonly text: string;
  /** Undefined for a message of the platform, and for one whose author was erased, which has no text either. */
  readonly author: Author | undefined;
  /** Never before that of the message before it. */
  readonly sentAt: Date;
}

/** Who wrote a message, as they were named then. */
export interface Author {
  readonly memberId: string;
  readonly alias: string;
}

/** What somebody wants to say. */
export interface Draft {
  readonly text: string;
  /** Makes it the same message when it comes again, with the same text, from the same caller. */
  readonly idempotencyKey: string | undefined;
}
