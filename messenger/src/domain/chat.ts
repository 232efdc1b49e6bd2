/** How somebody stands to a chat. */
export type Standing = "creator" | "member" | "asker" | "stranger";

/** What the rules of a chat look at. */
export interface Door {
  readonly isPrivate: boolean;
  readonly isReadOnly: boolean;
  readonly standing: Standing;
}

/** A chat, seen by one caller. */
export interface Chat extends Door {
  readonly chatId: string;
  readonly title: string;
  /** How many of its newest messages it keeps. */
  readonly historySize: number;
  readonly ownerAlias: string;
  /** The sequence number of its newest message; 0 before the first. */
  readonly lastSequence: number;
  readonly createdAt: Date;
  /** Undefined while it lives on. */
  readonly expiresAt: Date | undefined;
}

/** What a chat is made of. */
export interface NewChat {
  /** A random UUID. */
  readonly chatId: string;
  readonly title: string;
  readonly historySize: number;
  readonly isReadOnly: boolean;
  readonly isPrivate: boolean;
  /** Undefined for a chat that lives on. */
  readonly ttlMs: number | undefined;
}

/** A chat of the caller's, and when they came in. */
export interface JoinedChat extends Chat {
  readonly joinedAt: Date;
}

/** Somebody in a chat, or before its door. */
export interface Participant {
  readonly memberId: string;
  readonly alias: string;
  /** When they came in, or asked first. */
  readonly since: Date;
}
