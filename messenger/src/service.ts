import type { ConnectRouter } from "@connectrpc/connect";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { createStreamLimit } from "@animal-delivery/platform/rpc/stream-limit";
import { every } from "@animal-delivery/platform/service/every";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Callers } from "./callers.ts";
import { streamLimitReached } from "./domain/refusals.ts";
import { createChatFeed } from "./feed/chat-feed.ts";
import { createMessengerMetrics } from "./metrics.ts";
import { chatService } from "./rpc/chat-service.ts";
import { messageService } from "./rpc/message-service.ts";
import { sessionService } from "./rpc/session-service.ts";
import type { ChatStore } from "./store/chat-store.ts";

/** What expired is freed within a minute, also when one sweep fails. */
const SWEEP_MS = 20_000;

export interface MessengerConfig {
  /** The largest history a chat may have, in messages. */
  readonly historySizeMax: number;
  readonly streamsPerCallerMax: number;
}

export interface Resources {
  readonly telemetry: Telemetry;
  readonly store: ChatStore;
  readonly callers: Callers;
  /** What the ids of chats follow from besides what callers send; nothing where the key of a caller is a secret itself. */
  readonly chatIdSecret?: () => Promise<string>;
}

/** The messenger: sessions, chats and messages, whoever calls and wherever they are kept. */
export function createMessenger(config: MessengerConfig, resources: Resources): Service {
  const { telemetry, store, callers, chatIdSecret: idSecret = async () => "" } = resources;
  const { historySizeMax, streamsPerCallerMax } = config;
  const metrics = createMessengerMetrics(telemetry.meters);
  const streams = createStreamLimit({
    streamsPerCallerMax,
    refusal: streamLimitReached,
    observe: (open) => metrics.streams.set(open),
  });
  const parts = {
    store,
    callers,
    feed: createChatFeed(store),
    streams,
    metrics,
    chatRules: { historySizeMax, idSecret },
  };

  return {
    name: "messenger",
    routes(router: ConnectRouter) {
      router.service(SessionService, sessionService(parts));
      router.service(ChatService, chatService(parts));
      router.service(MessageService, messageService(parts));
    },
    tasks: [every("sweep chats", SWEEP_MS, telemetry.log, () => store.sweep())],
    checks: [{ name: "store", check: () => store.check() }],
  };
}
