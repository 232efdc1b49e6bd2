import type { Wake } from "../wake.ts";

interface Reader {
  readonly topics: readonly string[];
  readonly wake: Wake;
}

/** Consumers of this process by the log they read: a publisher wakes them without a round trip. */
const readers = new Map<string, Set<Reader>>();

/** Wakes `wake` whenever this process appends to one of the topics; answers how to stop that. */
export function onAppended(url: string, topics: readonly string[], wake: Wake): () => void {
  const ofLog = readers.get(url) ?? new Set();
  readers.set(url, ofLog);
  const reader = { topics, wake };
  ofLog.add(reader);
  return () => void ofLog.delete(reader);
}

/** Says that a topic has new records. Consumers in other processes find them by polling. */
export function appended(url: string, topic: string): void {
  for (const { topics, wake } of readers.get(url) ?? []) {
    if (topics.includes(topic)) wake.wake();
  }
}
