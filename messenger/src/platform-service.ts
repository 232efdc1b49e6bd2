import { PersonService } from "@animal-delivery/contracts/gen/messenger/v1/person_service_pb";
import { RoomService } from "@animal-delivery/contracts/gen/messenger/v1/room_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { consumeEvents } from "@animal-delivery/platform/inbox/consume-events";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { participate } from "@animal-delivery/platform/saga/participate";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Config } from "./config.ts";
import { DELIVERY_EVENTS, deliveryEventHandlers } from "./consumers/delivery-events.ts";
import { sagaSteps } from "./consumers/saga-steps.ts";
import { platformCallers } from "./platform-callers.ts";
import { purgeRooms } from "./rooms/purge-rooms.ts";
import { personService } from "./rpc/person-service.ts";
import { roomService } from "./rpc/room-service.ts";
import { createMessenger } from "./service.ts";
import type { ChatStore } from "./store/chat-store.ts";
import { chatIdSecret } from "./store/postgres/chat-id-secret.ts";

export interface PlatformResources {
  readonly telemetry: Telemetry;
  /** Migrated by `MIGRATIONS`. */
  readonly db: Database;
  readonly bus: Bus;
  /** In the same database. */
  readonly store: ChatStore;
}

/** The messenger as a part of a platform: callers have access tokens, deliveries have rooms, and who is deleted is erased. */
export function createPlatformMessenger(
  config: Pick<Config, "historySizeMax" | "streamsPerCallerMax" | "roomRetentionMs">,
  { telemetry, db, bus, store }: PlatformResources,
): Service {
  const { historySizeMax, roomRetentionMs } = config;
  const messenger = createMessenger(config, {
    telemetry,
    store,
    callers: platformCallers(store),
    chatIdSecret: chatIdSecret(db),
  });
  const handlers = deliveryEventHandlers({ historySize: historySizeMax, retentionMs: roomRetentionMs });

  return {
    ...messenger,
    routes(router) {
      messenger.routes(router);
      router.service(RoomService, roomService(db, store));
      router.service(PersonService, personService(db));
    },
    tasks: [
      ...messenger.tasks,
      relayOutbox({ db, bus, telemetry }),
      consumeEvents({ consumer: "messenger", topics: [DELIVERY_EVENTS], db, bus, telemetry, handlers }),
      participate({ participant: "messenger", db, bus, telemetry, steps: sagaSteps(store) }),
      purgeExpired({ db, telemetry }),
      purgeRooms(db, roomRetentionMs, telemetry.log),
    ],
    operable: { audit: auditIn(db), events: { db, consumers: [{ consumer: "messenger", handlers }] } },
  };
}
