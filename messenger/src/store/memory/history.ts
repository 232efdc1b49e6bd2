import type { Author } from "../../domain/message.ts";
import { Authors } from "./authors.ts";
import type { KeptMessage } from "./kept-message.ts";
import { sizeOf } from "./size-of.ts";

/** The newest messages of a chat, in a ring that grows up to its size, at least 1, and not beyond. */
export class History {
  readonly #size: number;
  readonly #ring: KeptMessage[] = [];
  readonly #authors = new Authors();
  #last = 0;
  #bytes = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** The sequence number of the newest message; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** That of the oldest message that is kept; one above `last` when none is. */
  get first(): number {
    return this.#last - this.#ring.length + 1;
  }

  /** What the messages take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** By how much that grows with one more; less than 0 when a larger one makes room for it. */
  growthBy(text: string): number {
    const dropped = this.#at(this.#last + 1);
    return sizeOf(text) - (dropped ? sizeOf(dropped.text) : 0);
  }

  /** Adds a message, never earlier than the one before it, and drops the oldest when there is no room. */
  append(text: string, author: Author, now: number): KeptMessage {
    const before = this.#at(this.#last);
    const sequence = this.#last + 1;
    this.#bytes += this.growthBy(text);
    const dropped = this.#at(sequence);
    if (dropped) this.#authors.release(dropped.author);
    const sentAt = Math.max(now, before?.sentAt ?? 0);
    const message = { sequence, text, author: this.#authors.take(author), sentAt };
    this.#ring[this.#placeOf(sequence)] = message;
    this.#last = sequence;
    return message;
  }

  /** The messages from the first sequence number to the last, as far as they are kept, the oldest first. */
  between(first: number, last: number): KeptMessage[] {
    const messages: KeptMessage[] = [];
    for (let sequence = Math.max(first, this.first); sequence <= Math.min(last, this.#last); sequence += 1) {
      const message = this.#at(sequence);
      if (message) messages.push(message);
    }
    return messages;
  }

  /** What stands in the place of the sequence number, be it that message or the one that it takes the place of. */
  #at(sequence: number): KeptMessage | undefined {
    return this.#ring[this.#placeOf(sequence)];
  }

  #placeOf(sequence: number): number {
    return (sequence - 1) % this.#size;
  }
}
