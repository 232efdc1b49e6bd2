import { DomainError } from "@animal-delivery/platform/errors";
import { pause } from "@animal-delivery/platform/pause";
import { createWake, type Wake } from "@animal-delivery/platform/wake";
import type { Message } from "../domain/message.ts";
import { chatNotFound } from "../domain/refusals.ts";
import type { ChatStore } from "../store/chat-store.ts";

/** The newest messages that the followers of one chat share, unless they are long: who is further behind was too slow. */
export const TAIL_MAX = 1_000;

/** Characters that they may have together: two million bytes in memory at the most. */
const TAIL_CHARS_MAX = 1_000_000;

/** Messages read at a time. */
const READ_MAX = 200;

/** A change that nobody told of is found after so long. */
const LOOK_MS = 5_000;

/** A store that is away is asked again after so long. */
const RETRY_MS = 500;

/** What the followers of one chat in this process share: its newest messages, read once for all of them. */
export interface SharedTail {
  /** The sequence number of the newest message that is known. */
  readonly last: number;
  /** That of the oldest one that the chat keeps; older ones may still be held here. */
  readonly firstKept: number;
  /** That of the newest message which left the history before it was read here; 0 when none did. */
  readonly lost: number;
  /** A message, unless it is no longer held here, or not yet. */
  at(sequence: number): Message | undefined;
  /** Another number whenever followers must be looked at again. */
  readonly accessVersion: number;
  /** @throws why the chat ended, once it has. */
  assertAlive(): void;
  /** Tells of everything above; ask `since` before looking. */
  readonly changed: Pick<Wake, "since" | "sleep">;
  /** Reads on until `stop` aborts or the chat ends. Never rejects. */
  readonly reading: Promise<void>;
}

/** Begins where the chat stands. @throws {DomainError} as `ChatStore.readTail`. */
export async function openSharedTail(store: ChatStore, chatId: string, stop: AbortSignal): Promise<SharedTail> {
  const changed = createWake();
  const heard = createWake();
  await using opened = new AsyncDisposableStack();
  opened.use(await store.watch(chatId, () => heard.wake()));
  const start = await store.readTail(chatId, Number.MAX_SAFE_INTEGER, 1);

  const held: Message[] = [];
  let last = start.lastSequence;
  let { accessVersion, firstSequence: firstKept } = start;
  let lost = 0;
  let ended: { readonly why: unknown } | undefined;

  const readOn = async (): Promise<number> => {
    const tail = await store.readTail(chatId, last, READ_MAX);
    // Another chat of the same id, made after this one ended.
    if (tail.lastSequence < last) throw chatNotFound();
    firstKept = tail.firstSequence;
    if (accessVersion !== tail.accessVersion) {
      // Before its messages: whoever was put out sees none that came after. And what is held is read anew: somebody was erased, perhaps.
      accessVersion = tail.accessVersion;
      last = (held[0]?.sequence ?? last + 1) - 1;
      held.length = 0;
      changed.wake();
      return 0;
    }
    const next = tail.messages[0]?.sequence ?? last + 1;
    if (next > last + 1) {
      lost = next - 1;
      held.length = 0;
    }
    held.push(...tail.messages);
    trim(held);
    last = tail.messages.at(-1)?.sequence ?? last;
    changed.wake();
    return last < tail.lastSequence ? 0 : Math.min(LOOK_MS, tail.expiresInMs ?? LOOK_MS);
  };
  const read = async (): Promise<void> => {
    await using _watching = watching;
    while (!stop.aborted && !ended) {
      const mark = heard.since();
      try {
        const waitMs = await readOn();
        if (waitMs > 0) await heard.sleep(mark, waitMs, stop);
      } catch (error) {
        if (error instanceof DomainError && error.kind === "unavailable") await pause(RETRY_MS, stop);
        else ended = { why: error };
        changed.wake();
      }
    }
  };

  const watching = opened.move();
  return {
    get last() {
      return last;
    },
    get firstKept() {
      return firstKept;
    },
    get lost() {
      return lost;
    },
    at: (sequence) => {
      const first = held[0]?.sequence;
      return first === undefined ? undefined : held[sequence - first];
    },
    get accessVersion() {
      return accessVersion;
    },
    assertAlive() {
      if (ended) throw ended.why;
    },
    changed,
    reading: read(),
  };
}

/** Drops the oldest, some at a time. */
function trim(held: Message[]): void {
  if (held.length > TAIL_MAX + READ_MAX) held.splice(0, held.length - TAIL_MAX);
  let chars = held.reduce((sum, { text }) => sum + text.length, 0);
  while (chars > TAIL_CHARS_MAX) {
    const dropped = held.splice(0, Math.ceil(held.length / 4));
    chars -= dropped.reduce((sum, { text }) => sum + text.length, 0);
  }
}
