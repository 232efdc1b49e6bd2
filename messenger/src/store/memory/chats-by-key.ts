/** In which chats somebody is, for those who ask by the key. */
export class ChatsByKey {
  readonly #chatIds = new Map<string, Set<string>>();

  add(key: string, chatId: string): void {
    const theirs = this.#chatIds.get(key);
    if (theirs) theirs.add(chatId);
    else this.#chatIds.set(key, new Set([chatId]));
  }

  delete(key: string, chatId: string): void {
    const theirs = this.#chatIds.get(key);
    theirs?.delete(chatId);
    if (theirs?.size === 0) this.#chatIds.delete(key);
  }

  of(key: string): string[] {
    return [...(this.#chatIds.get(key) ?? [])];
  }
}
