import type { Chat } from "../../domain/chat.ts";
import type { StoreLimits } from "../../domain/limits.ts";
import type { ChatStore, Tail } from "../../store/chat-store.ts";
import type { ListPosition } from "../../store/list-position.ts";

/** A store as its callers reach it, whatever is in between: they are not told when they joined a chat, and of a tail its messages. */
export interface CallerStore extends Omit<ChatStore, "touchSession" | "listChats" | "readTail" | "watch" | "check"> {
  listChats(key: string, after: ListPosition | undefined, limit: number): Promise<readonly Chat[]>;
  readTail(chatId: string, after: number, limit: number): Promise<Pick<Tail, "messages">>;
}

/** A store whose limits nobody reaches, and what else the cases need. */
export interface UnderTest<S extends CallerStore = CallerStore> {
  readonly store: S;
  /** Another store, empty and with limits of its own; the case closes it. */
  open(limits: StoreLimits): Promise<S>;
  /** The same data, opened as another process would; may be the same each time, and no case closes it. */
  beside(): Promise<S>;
  /** Moves the clock of all these stores on, or back when it is less than 0. */
  advance(ms: number): Promise<void>;
}

/** The same with everything that the port promises. */
export type StoreUnderTest = UnderTest<ChatStore>;
