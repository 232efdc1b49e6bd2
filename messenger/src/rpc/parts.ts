import type { StreamLimit } from "@animal-delivery/platform/rpc/stream-limit";
import type { ChatRules } from "../app/create-chat.ts";
import type { Callers } from "../callers.ts";
import type { ChatFeed } from "../feed/chat-feed.ts";
import type { ChatStore } from "../store/chat-store.ts";
import type { MessengerMetrics } from "../metrics.ts";

/** What the RPCs of the messenger work with. */
export interface Parts {
  readonly store: ChatStore;
  readonly callers: Callers;
  readonly feed: ChatFeed;
  readonly streams: StreamLimit;
  readonly metrics: MessengerMetrics;
  readonly chatRules: ChatRules;
}
