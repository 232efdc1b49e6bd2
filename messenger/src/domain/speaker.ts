import { createHash } from "node:crypto";
import { uuidOf } from "./uuid-of.ts";

/** Somebody who calls. */
export interface Speaker {
  /** Who they are in stores: the hash of a session's id, or the subject of an access token. Never shown to others. */
  readonly key: string;
  /** Who they are to others; follows from the key, and the key cannot be told from it. UUIDv8. */
  readonly memberId: string;
  /** Undefined for somebody who is "Аноним #N". */
  readonly alias: string | undefined;
}

/** What a store keeps of a session. */
export interface Session {
  readonly alias: string | undefined;
  readonly createdAt: Date;
}

/** The key of a session that is known by its id alone: whoever reads a store learns no credential. */
export function keyOfSession(sessionId: string): string {
  return createHash("sha256").update(`session:${sessionId.toLowerCase()}`).digest("hex");
}

export function memberIdOf(key: string): string {
  return uuidOf(`member:${key}`);
}

export function speakerOf(key: string, alias: string | undefined): Speaker {
  return { key, memberId: memberIdOf(key), alias };
}

/** The name of somebody without an alias, who is the Nth of them in a chat. */
export function anonymousName(number: number): string {
  return `Аноним #${number}`;
}
