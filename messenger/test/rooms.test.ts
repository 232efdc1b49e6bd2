// Deliveries happen on a real log bus; their rooms are read and written through the RPC surface, on a real Postgres.
import { randomUUID } from "node:crypto";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  CourierAssignedSchema,
  DeliveryCancelledSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { Standing } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageKind } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memberIdOf } from "../src/domain/speaker.ts";
import { letCourierIn } from "../src/rooms/lead-room.ts";
import {
  givenRoom,
  RETENTION_MS,
  SOON,
  startPlatformMessenger,
  type Person,
  type PlatformMessenger,
} from "./platform-fixture.ts";

let at: PlatformMessenger;
beforeAll(async () => {
  at = await startPlatformMessenger();
});
afterAll(() => at[Symbol.asyncDispose]());

describe("the room of a delivery", () => {
  it("opens when a courier has it, for them, the customer and dispatchers, and says so", async () => {
    const { customer, courier, dispatcher, deliveryId, chatId } = await givenRoom(at);

    for (const person of [customer, courier, dispatcher]) {
      const { room } = await person.rooms.getDeliveryRoom({ deliveryId });
      expect(room).toMatchObject({ chatId, private: true, readOnly: false, standing: Standing.MEMBER });
    }
    const { members } = await customer.chats.listMembers({ chatId });
    expect(members.map(({ alias }) => alias).sort()).toEqual(["Courier", "Customer", "Dispatcher", "animal-delivery"]);
    expect((await listed(customer, chatId))[0]).toEqual([
      MessageKind.SYSTEM,
      "",
      "A courier has the delivery and is on the way to the animal.",
    ]);
  });

  it("is for nobody else, who does not learn of it", async () => {
    const { deliveryId, chatId } = await givenRoom(at);

    for (const stranger of [at.person("customer"), at.person("courier")]) {
      const refusal = await refusalOf(stranger.rooms.getDeliveryRoom({ deliveryId }));
      expect(refusal).toMatchObject({ kind: "notFound", reason: "ROOM_NOT_FOUND" });
      const write = stranger.messages.sendMessage({ chatId, text: "hello" });
      expect(await refusalOf(write)).toMatchObject({ kind: "forbidden", reason: "NOT_A_MEMBER" });
    }
  });

  it("is written by its people under their aliases, or as what they are", async () => {
    const { customer, courier, chatId } = await givenRoom(at);
    await courier.sessions.createSession({ alias: "Boris" });

    await customer.messages.sendMessage({ chatId, text: "How is the ferret?" });
    await courier.messages.sendMessage({ chatId, text: "Asleep." });

    expect((await listed(courier, chatId)).slice(1)).toEqual([
      [MessageKind.TEXT, "Customer", "How is the ferret?"],
      [MessageKind.TEXT, "Boris", "Asleep."],
    ]);
  });

  it("belongs to nobody: no member puts others out, deletes it or lets it expire", async () => {
    const { customer, dispatcher, deliveryId, chatId } = await givenRoom(at);
    await dispatcher.rooms.getDeliveryRoom({ deliveryId });
    const { session } = await customer.sessions.getSession({});

    for (const act of [
      () => dispatcher.chats.deleteChat({ chatId }),
      () => dispatcher.chats.setChatTtl({ chatId, ttl: { seconds: 1n } }),
      () => dispatcher.chats.removeMember({ chatId, memberId: session?.memberId ?? "" }),
    ]) {
      expect(await refusalOf(act())).toMatchObject({ kind: "forbidden", reason: "NOT_THE_CREATOR" });
    }
  });

  it.each([
    ["handed over", DeliveryCompletedSchema, {}, "The animal was handed over."],
    ["given up", DeliveryFailedSchema, { reason: 1 }, "The delivery was given up."],
    ["called off", DeliveryCancelledSchema, {}, "The delivery was called off."],
  ])("is read-only once the animal was %s", async (_what, schema, more, told) => {
    const { customer, delivery, chatId } = await givenRoom(at);
    await at.tell(DeliveryPickedUpSchema, delivery);

    await at.tell(schema, { ...delivery, ...more });

    await expect
      .poll(async () => (await listed(customer, chatId)).map(([, , text]) => text), SOON)
      .toEqual(["A courier has the delivery and is on the way to the animal.", "The animal is on board.", told]);
    expect(await refusalOf(customer.messages.sendMessage({ chatId, text: "Thanks!" }))).toMatchObject({
      kind: "refused",
      reason: "CHAT_READ_ONLY",
    });
    const { chat } = await customer.chats.getChat({ chatId });
    const livesMs = timestampMs(chat!.expiresAt!) - Date.now();
    expect(livesMs).toBeGreaterThan(RETENTION_MS - 60_000);
    expect(livesMs).toBeLessThanOrEqual(RETENTION_MS);
  });

  it("stays closed to a courier who asks for it while they are put out", async () => {
    const { customer, courier, deliveryId, chatId } = await givenRoom(at);
    const next = at.person("courier");

    const asked = await at.db.transaction(async (tx) => {
      await letCourierIn(tx, { historySize: 100 }, deliveryId, next.subject);
      const asking = refusalOf(courier.rooms.getDeliveryRoom({ deliveryId }));
      await expect.poll(areWaitingForRows, SOON).toBe(1);
      return { asking };
    });

    expect(await asked.asking).toMatchObject({ kind: "notFound", reason: "ROOM_NOT_FOUND" });
    const { members } = await customer.chats.listMembers({ chatId });
    expect(members.map(({ memberId }) => memberId)).not.toContain(memberIdOf(courier.subject));
  });

  it("lets another courier in and puts the one before out", async () => {
    const { customer, courier, delivery, deliveryId, chatId } = await givenRoom(at);
    const next = at.person("courier");

    await at.tell(CourierAssignedSchema, { ...delivery, courierId: next.subject });

    await expect
      .poll(
        () =>
          next.rooms.getDeliveryRoom({ deliveryId }).then(
            () => "in",
            () => "out",
          ),
        SOON,
      )
      .toBe("in");
    expect(await refusalOf(courier.rooms.getDeliveryRoom({ deliveryId }))).toMatchObject({ reason: "ROOM_NOT_FOUND" });
    expect(await refusalOf(courier.messages.listMessages({ chatId }))).toMatchObject({ reason: "NOT_A_MEMBER" });
    expect(await listed(customer, chatId)).toHaveLength(2);
  });

  it("takes back whoever left, when they ask for it", async () => {
    const { customer, deliveryId, chatId } = await givenRoom(at);
    await customer.sessions.deleteSession({});
    expect(await refusalOf(customer.messages.listMessages({ chatId }))).toMatchObject({ reason: "NOT_A_MEMBER" });

    const { room } = await customer.rooms.getDeliveryRoom({ deliveryId });

    expect(room?.standing).toBe(Standing.MEMBER);
    expect(await listed(customer, chatId)).toHaveLength(1);
  });

  it("of a delivery that ended long ago is over when it is heard of", async () => {
    const { customer, delivery, deliveryId } = await givenRoom(at);

    await at.tell(DeliveryCompletedSchema, delivery, new Date(Date.now() - RETENTION_MS));

    await expect
      .poll(
        () =>
          customer.rooms.getDeliveryRoom({ deliveryId }).then(
            () => "there",
            () => "over",
          ),
        SOON,
      )
      .toBe("over");
  });

  it("is not there before a courier is, nor for a delivery that was called off before", async () => {
    const customer = at.person("customer");
    const delivery = { deliveryId: randomUUID(), orderId: randomUUID() };
    const other = await givenRoom(at);

    await at.tell(DeliveryStartedSchema, { ...delivery, customerId: customer.subject });
    await at.tell(DeliveryCancelledSchema, delivery);
    await at.tell(CourierAssignedSchema, { ...delivery, courierId: other.courier.subject });

    const isRead = async () =>
      (await at.bus.lag("messenger", ["delivery.events"])).every(({ records }) => records === 0n);
    await expect.poll(isRead, SOON).toBe(true);
    const { deliveryId } = delivery;
    expect(await refusalOf(customer.rooms.getDeliveryRoom({ deliveryId }))).toMatchObject({ reason: "ROOM_NOT_FOUND" });
  });

  it("tells those who follow it each step as it happens, and ends their streams when its time is over", async () => {
    const { courier, delivery, chatId } = await givenRoom(at);
    const stream = courier.messages.subscribeMessages({ chatId })[Symbol.asyncIterator]();
    const next = async () => (await stream.next()).value?.event;
    expect(await next()).toMatchObject({ value: { sequence: 1n, kind: MessageKind.SYSTEM } });

    await at.tell(DeliveryPickedUpSchema, delivery);
    expect(await next()).toMatchObject({ value: { text: "The animal is on board." } });
    await at.tell(DeliveryCompletedSchema, delivery);
    expect(await next()).toMatchObject({ value: { text: "The animal was handed over." } });

    at.advance(RETENTION_MS + 60_000);
    expect(await refusalOf(stream.next())).toMatchObject({ kind: "notFound", reason: "CHAT_EXPIRED" });
  });
});

/** Kind, alias and text of each message, the oldest first. */
async function listed({ messages }: Person, chatId: string) {
  const { messages: all } = await messages.listMessages({ chatId });
  return all.map(({ kind, authorAlias, text }) => [kind, authorAlias, text] as const).reverse();
}

/** How many transactions wait for what another one has changed. */
async function areWaitingForRows(): Promise<number | null> {
  const { rowCount } = await at.db.query(
    "list_waiting_for_rows",
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rowCount;
}
