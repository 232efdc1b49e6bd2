import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { StoreLimits } from "../domain/limits.ts";
import { platformCallers } from "../platform-callers.ts";
import { createMessenger, type MessengerConfig } from "../service.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";

/** What one caller may call. */
export interface Voice {
  readonly sessions: Client<typeof SessionService>;
  readonly chats: Client<typeof ChatService>;
  readonly messages: Client<typeof MessageService>;
}

/** The messenger over RPC in this process, as a part of a platform, its chats in memory. */
export interface MessengerUnderTest {
  readonly store: ChatStore;
  readonly telemetry: ReturnType<typeof testTelemetry>;
  /** By the subject of their token. */
  as(subject: string): Voice;
  /** Moves the store's clock forward. */
  advance(ms: number): void;
}

export function messengerUnderTest(options: Partial<StoreLimits & MessengerConfig> = {}): MessengerUnderTest {
  const { sessionsMax = 1_000, chatsMax = 1_000, historySizeMax = 1_000, streamsPerCallerMax = 16 } = options;
  let aheadMs = 0;
  const store = createMemoryStore({ sessionsMax, chatsMax, now: () => Date.now() + aheadMs });
  const telemetry = testTelemetry("messenger");
  const config = { historySizeMax, streamsPerCallerMax };
  const service = createMessenger(config, { telemetry, store, callers: platformCallers(store) });
  return {
    store,
    telemetry,
    as(subject) {
      const grant = userGrant({ subject, relations: ["any"] });
      const client = <S extends DescService>(contract: S) =>
        inMemoryClient(contract, (router) => service.routes(router), { grant, telemetry });
      return { sessions: client(SessionService), chats: client(ChatService), messages: client(MessageService) };
    },
    advance: (ms) => void (aheadMs += ms),
  };
}
