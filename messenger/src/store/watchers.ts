/** Who wants to know when a chat changes, in this process. */
export interface Watchers {
  add(chatId: string, onChange: () => void): AsyncDisposable;
  tell(chatId: string): void;
  /** The chats that somebody watches. */
  watched(): readonly string[];
}

export function createWatchers(): Watchers {
  const byChat = new Map<string, Set<() => void>>();
  return {
    add(chatId, onChange) {
      // The same function may be given twice.
      const watcher = () => onChange();
      byChat.set(chatId, (byChat.get(chatId) ?? new Set()).add(watcher));
      return {
        async [Symbol.asyncDispose]() {
          const watchers = byChat.get(chatId);
          watchers?.delete(watcher);
          if (watchers?.size === 0) byChat.delete(chatId);
        },
      };
    },
    tell(chatId) {
      for (const watcher of byChat.get(chatId) ?? []) watcher();
    },
    watched: () => [...byChat.keys()],
  };
}
