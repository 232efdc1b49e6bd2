import { randomUUID } from "node:crypto";
import { create, toBinary, type DescMessage, type DescService, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  CourierAssignedSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { PersonService } from "@animal-delivery/contracts/gen/messenger/v1/person_service_pb";
import { RoomService } from "@animal-delivery/contracts/gen/messenger/v1/room_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import type { Relation } from "@animal-delivery/platform/access/caller";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { expect } from "vitest";
import { MIGRATIONS } from "../src/migrations.ts";
import { createPlatformMessenger } from "../src/platform-service.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { createPostgresChatStore } from "../src/store/postgres/postgres-store.ts";

/** What one person may call. */
export interface Person {
  readonly subject: string;
  readonly sessions: Client<typeof SessionService>;
  readonly chats: Client<typeof ChatService>;
  readonly messages: Client<typeof MessageService>;
  readonly rooms: Client<typeof RoomService>;
  /** What is kept of them. */
  readonly own: Client<typeof PersonService>;
}

/** The messenger as a part of a platform: a real Postgres, a real log bus, its tasks running. */
export interface PlatformMessenger extends AsyncDisposable {
  readonly db: TestDatabase;
  readonly bus: TestBus;
  readonly store: ChatStore;
  /** Somebody new, or the holder of a subject. */
  person(role: Role, subject?: string): Person;
  /** Tells an event of a delivery to whoever listens. */
  tell<D extends DescMessage>(
    schema: D,
    event: MessageInitShape<D> & { readonly deliveryId: string },
    occurredAt?: Date,
  ): Promise<void>;
  /** Moves the clock of the store forward. */
  advance(ms: number): void;
}

export type Role = "customer" | "courier" | "dispatcher";

/** What the policy says of rooms. */
const RELATION: Record<Role, Relation> = { customer: "customer", courier: "courier", dispatcher: "any" };
const HOUR_MS = 3_600_000;
export const RETENTION_MS = 24 * HOUR_MS;

/** By then it has happened, also on a busy machine. */
export const SOON = { timeout: 20_000 };

export async function startPlatformMessenger(): Promise<PlatformMessenger> {
  await using opened = new AsyncDisposableStack();
  const telemetry = testTelemetry("messenger");
  const db = opened.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const bus = opened.use(await testBus());
  let aheadMs = 0;
  const limits = { sessionsMax: 1_000, chatsMax: 1_000 };
  const store = opened.use(createPostgresChatStore({ ...limits, db, telemetry, clockShiftMs: () => aheadMs }));
  const config = { historySizeMax: 100, streamsPerCallerMax: 16, roomRetentionMs: RETENTION_MS };
  const service = createPlatformMessenger(config, { telemetry, db, bus, store });
  const stop = new AbortController();
  const ended = Promise.all(service.tasks.map((task) => task.run(stop.signal)));
  opened.defer(async () => {
    stop.abort();
    await ended;
  });
  const versions = new Map<string, bigint>();
  const open = opened.move();
  return {
    db,
    bus,
    store,
    person(role, subject = randomUUID()) {
      const as = <S extends DescService>(contract: S, relation: Relation) =>
        inMemoryClient(contract, (router) => service.routes(router), {
          grant: userGrant({ subject, roles: [role], relations: [relation] }),
          telemetry,
        });
      return {
        subject,
        sessions: as(SessionService, "any"),
        chats: as(ChatService, "any"),
        messages: as(MessageService, "any"),
        rooms: as(RoomService, RELATION[role]),
        own: as(PersonService, "creator"),
      };
    },
    async tell(schema, event, occurredAt = new Date()) {
      const { deliveryId } = event;
      const version = (versions.get(deliveryId) ?? 0n) + 1n;
      versions.set(deliveryId, version);
      const envelope = create(EventEnvelopeSchema, {
        eventId: randomUUID(),
        aggregateId: deliveryId,
        type: schema.typeName,
        occurredAt: BigInt(occurredAt.getTime()),
        aggregateVersion: version,
        payload: toBinary(schema, create(schema, event)),
      });
      const value = toBinary(EventEnvelopeSchema, envelope);
      await bus.publish("delivery.events", [{ key: deliveryId, value, headers: {} }]);
    },
    advance: (ms) => void (aheadMs += ms),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** A delivery that a courier has, and the people of it. */
export async function givenRoom(at: PlatformMessenger) {
  const [customer, courier, dispatcher] = [at.person("customer"), at.person("courier"), at.person("dispatcher")];
  const delivery = { deliveryId: randomUUID(), orderId: randomUUID() };
  const { deliveryId } = delivery;
  await at.tell(DeliveryStartedSchema, { ...delivery, customerId: customer.subject });
  await at.tell(CourierAssignedSchema, { ...delivery, courierId: courier.subject });
  const room = await eventually(() => customer.rooms.getDeliveryRoom({ deliveryId }));
  return { customer, courier, dispatcher, delivery, deliveryId, chatId: room.room?.chatId ?? "" };
}

/** What is refused now and answered soon. */
async function eventually<R>(ask: () => Promise<R>): Promise<R> {
  let answer: R | undefined;
  await expect.poll(async () => (answer = await ask().catch(() => undefined)), SOON).toBeDefined();
  return answer as R;
}
