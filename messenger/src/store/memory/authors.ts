import type { Author } from "../../domain/message.ts";

/** An author, and how many of the kept messages are theirs. */
export interface SharedAuthor extends Author {
  messages: number;
}

/** The authors of the messages that a chat keeps: one object for all messages of somebody under one name, while there are any. */
export class Authors {
  readonly #byMemberId = new Map<string, SharedAuthor>();

  take({ memberId, alias }: Author): SharedAuthor {
    const known = this.#byMemberId.get(memberId);
    const author = known?.alias === alias ? known : { memberId, alias, messages: 0 };
    this.#byMemberId.set(memberId, author);
    author.messages += 1;
    return author;
  }

  release(author: SharedAuthor): void {
    author.messages -= 1;
    const isLatest = this.#byMemberId.get(author.memberId) === author;
    if (author.messages === 0 && isLatest) this.#byMemberId.delete(author.memberId);
  }
}
