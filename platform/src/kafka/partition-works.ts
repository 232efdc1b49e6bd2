import { pause } from "../pause.ts";
import { startWork, type FetchedRecords, type PartitionWork, type WorkOptions } from "./partition-work.ts";

/** The handlers at work for one member, one for each partition at most. */
export class PartitionWorks {
  readonly #options: WorkOptions;
  readonly #works = new Map<string, PartitionWork>();

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  /** Whether a handler works on this partition; then nothing more of it may be started. */
  has(topic: string, partition: number): boolean {
    return this.#works.has(keyOf(topic, partition));
  }

  /** Resolves when the handler has ended, to whether all these records are committed. Never rejects. */
  async start(fetched: FetchedRecords): Promise<boolean> {
    const key = keyOf(fetched.topic, fetched.partition);
    const work = startWork(fetched, this.#options);
    this.#works.set(key, work);
    const isWhole = await work.done;
    this.#works.delete(key);
    return isWhole;
  }

  /** How long the handler that was heard of longest ago is silent. */
  silentMs(): number {
    return Math.max(0, ...[...this.#works.values()].map((work) => work.silentMs()));
  }

  /** Tells all handlers to end and waits for them, but not longer than `ms`; what they commit afterwards does not count. */
  async end(ms: number): Promise<void> {
    const all = [...this.#works.values()];
    for (const work of all) work.end();
    const late = new AbortController();
    await Promise.race([Promise.all(all.map(({ done }) => done)), pause(ms, late.signal)]);
    late.abort();
    for (const work of all) work.fence();
  }

  /** Ends all handlers; what they commit from now on does not count. */
  fence(): void {
    for (const work of this.#works.values()) work.fence();
  }

  /** Resolves when no handler is at work. */
  async settled(): Promise<void> {
    await Promise.all([...this.#works.values()].map(({ done }) => done));
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
