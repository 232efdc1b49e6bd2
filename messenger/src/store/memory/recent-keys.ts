import { createHash } from "node:crypto";
import { KEYS_MAX, REMEMBERED_MS } from "../../domain/limits.ts";
import { keyReused } from "../../domain/refusals.ts";
import type { KeptMessage } from "./kept-message.ts";
import { KEY_BYTES } from "./size-of.ts";

/** A message without its text, of which a digest is enough: whoever repeats it brings it along. */
interface Answered extends Omit<KeptMessage, "text"> {
  readonly digest: string;
}

/** The messages of one chat that came with an idempotency key: the newest thousand, for a day, the oldest first. */
export class RecentKeys {
  readonly #messages = new Map<string, Answered>();

  /** What they take. */
  get bytes(): number {
    return this.#messages.size * KEY_BYTES;
  }

  /** By how much that grows with one more key that is not found. */
  get growth(): number {
    return this.#messages.size < KEYS_MAX ? KEY_BYTES : 0;
  }

  /** @throws {DomainError} keyReused IDEMPOTENCY_KEY_REUSED when the key came with another text. */
  find(memberId: string, key: string, text: string, now: number): KeptMessage | undefined {
    const answered = this.#messages.get(nameOf(memberId, key));
    if (!answered || isForgotten(answered, now)) return undefined;
    const { digest, ...message } = answered;
    if (digest !== digestOf(text)) throw keyReused();
    return { ...message, text };
  }

  keep(key: string, { text, ...message }: KeptMessage): void {
    const name = nameOf(message.author.memberId, key);
    this.#messages.delete(name);
    this.#messages.set(name, { ...message, digest: digestOf(text) });
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > KEYS_MAX && oldest !== undefined) this.#messages.delete(oldest);
  }

  /** Forgets what is a day old. */
  sweep(now: number): void {
    for (const [name, message] of this.#messages) {
      if (!isForgotten(message, now)) return;
      this.#messages.delete(name);
    }
  }
}

function isForgotten({ sentAt }: Pick<KeptMessage, "sentAt">, now: number): boolean {
  return now >= sentAt + REMEMBERED_MS;
}

/** No two are the same: member ids are all of one length. A key may be long; its digest is not. */
function nameOf(memberId: string, key: string): string {
  return digestOf(`${memberId} ${key}`);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
