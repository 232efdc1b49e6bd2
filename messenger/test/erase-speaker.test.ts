// Erases somebody who has chats, is in those of others and wrote there, through the RPC surface on a real Postgres.
import { randomUUID } from "node:crypto";
import { JoinDecision } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageKind } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CourierAssignedSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { eraseSpeaker } from "../src/app/erase-speaker.ts";
import { memberIdOf, speakerOf } from "../src/domain/speaker.ts";
import { closePerson } from "../src/store/postgres/closed-people.ts";
import { givenRoom, SOON, startPlatformMessenger, type Person, type PlatformMessenger } from "./platform-fixture.ts";

let at: PlatformMessenger;
beforeAll(async () => {
  at = await startPlatformMessenger();
});
afterAll(() => at[Symbol.asyncDispose]());

describe("eraseSpeaker", () => {
  it("leaves nothing of somebody but the places of what they wrote in chats of others", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    await anna.sessions.createSession({ alias: "Anna Karenina" });
    const own = await chatOf(anna);
    const theirs = await chatOf(boris, true);
    await join(anna, boris, theirs);
    const headers = { "idempotency-key": "a key of Anna's" };
    await anna.messages.sendMessage({ chatId: theirs, text: "my secret" }, { headers });
    await boris.messages.sendMessage({ chatId: theirs, text: "an answer" });

    for (let twice = 0; twice < 2; twice += 1) await eraseSpeaker(at.db, at.store, anna.subject);

    const { messages } = await boris.messages.listMessages({ chatId: theirs });
    expect(messages.map(({ sequence, kind, text, authorAlias }) => [sequence, kind, text, authorAlias])).toEqual([
      [2n, MessageKind.TEXT, "an answer", "Аноним #1"],
      [1n, MessageKind.ERASED, "", ""],
    ]);
    expect((await boris.chats.listMembers({ chatId: theirs })).members).toHaveLength(1);
    expect(await refusalOf(boris.chats.getChat({ chatId: own }))).toMatchObject({ reason: "CHAT_NOT_FOUND" });
    expect(await tablesWith(memberIdOf(anna.subject), "Anna", "secret")).toEqual(["closed_people"]);
  });

  it("takes nothing more of theirs, by any way", async () => {
    const anna = at.person("customer");
    const chatId = await chatOf(at.person("customer"));
    await eraseSpeaker(at.db, at.store, anna.subject);

    for (const act of [
      () => anna.sessions.createSession({ alias: "Anna" }),
      () => anna.chats.createChat({}),
      () => anna.messages.sendMessage({ chatId, text: "hello" }),
      () => anna.chats.requestToJoin({ chatId }),
    ]) {
      expect(await refusalOf(act())).toMatchObject({ kind: "refused", reason: "SPEAKER_GONE" });
    }
  });

  it("takes their part in rooms of deliveries", async () => {
    const { customer, courier, deliveryId, chatId } = await givenRoom(at);
    await customer.messages.sendMessage({ chatId, text: "How is the ferret?" });

    await eraseSpeaker(at.db, at.store, customer.subject);

    expect(await refusalOf(customer.rooms.getDeliveryRoom({ deliveryId }))).toMatchObject({ reason: "ROOM_NOT_FOUND" });
    expect((await courier.messages.listMessages({ chatId })).messages.map(({ text }) => text)).toEqual([
      "",
      "A courier has the delivery and is on the way to the animal.",
    ]);
    expect(await tablesWith(memberIdOf(customer.subject))).toEqual(["closed_people"]);
  });

  it("gives nothing to somebody erased by what is heard of late", async () => {
    const [customer, courier] = [at.person("customer"), at.person("courier")];
    for (const { subject } of [customer, courier]) await eraseSpeaker(at.db, at.store, subject);
    const delivery = { deliveryId: randomUUID(), orderId: randomUUID() };

    await at.tell(DeliveryStartedSchema, { ...delivery, customerId: customer.subject });
    await at.tell(CourierAssignedSchema, { ...delivery, courierId: courier.subject });

    await roomOpens(delivery.deliveryId);
    for (const { subject } of [customer, courier]) {
      expect(await tablesWith(memberIdOf(subject))).toEqual(["closed_people"]);
    }
  });

  it("lets nobody into a room whose door closes as they ask for it", async () => {
    const { dispatcher, deliveryId } = await givenRoom(at);

    const refusal = await asTheDoorCloses(dispatcher, () =>
      refusalOf(dispatcher.rooms.getDeliveryRoom({ deliveryId })),
    );

    expect(refusal).toMatchObject({ kind: "notFound", reason: "ROOM_NOT_FOUND" });
    expect(await tablesWith(memberIdOf(dispatcher.subject))).toEqual(["closed_people"]);
  });

  it.each(["customer", "courier"] as const)(
    "gives no room to a %s whose door closes as it is heard of",
    async (role) => {
      const people = { customer: at.person("customer"), courier: at.person("courier") };
      const delivery = { deliveryId: randomUUID(), orderId: randomUUID() };
      const tell = {
        customer: () => at.tell(DeliveryStartedSchema, { ...delivery, customerId: people.customer.subject }),
        courier: () => at.tell(CourierAssignedSchema, { ...delivery, courierId: people.courier.subject }),
      };

      for (const each of ["customer", "courier"] as const) {
        await (each === role ? asTheDoorCloses(people[each], tell[each]) : tell[each]());
      }

      await roomOpens(delivery.deliveryId);
      expect(await tablesWith(memberIdOf(people[role].subject))).toEqual(["closed_people"]);
    },
  );

  it("lets a customer into no room that opens as their door closes", async () => {
    const [customer, courier] = [at.person("customer"), at.person("courier")];
    const delivery = { deliveryId: randomUUID(), orderId: randomUUID() };
    await at.tell(DeliveryStartedSchema, { ...delivery, customerId: customer.subject });
    await expect.poll(() => tablesWith(memberIdOf(customer.subject)), SOON).toEqual(["rooms"]);

    await asTheDoorCloses(customer, () => at.tell(CourierAssignedSchema, { ...delivery, courierId: courier.subject }));

    await roomOpens(delivery.deliveryId);
    expect(await tablesWith(memberIdOf(customer.subject))).toEqual(["closed_people", "rooms"]);
  });

  it("leaves nothing of what they write meanwhile", async () => {
    const anna = at.person("customer");
    const chatId = await chatOf(at.person("customer"));
    const speaker = speakerOf(anna.subject, "Anna");
    const say = (n: number) => at.store.appendMessage(chatId, speaker, { text: `secret ${n}`, idempotencyKey: `${n}` });

    const writing = Array.from({ length: 200 }, (_, n) =>
      say(n).then(
        () => "written",
        () => "refused",
      ),
    );
    await eraseSpeaker(at.db, at.store, anna.subject);

    expect(await say(200).catch((error: unknown) => error)).toMatchObject({ reason: "SPEAKER_GONE" });
    await Promise.all(writing);
    expect(await tablesWith(memberIdOf(anna.subject), "secret")).toEqual(["closed_people"]);
  });

  it("tells those who follow a chat, and come to it later, nothing of it any more", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    const chatId = await chatOf(boris);
    const following = boris.messages.subscribeMessages({ chatId })[Symbol.asyncIterator]();
    await anna.messages.sendMessage({ chatId, text: "my secret" });
    await following.next();
    await eraseSpeaker(at.db, at.store, anna.subject);
    await boris.messages.sendMessage({ chatId, text: "an answer" });
    await following.next();

    const late = at.person("customer").messages.subscribeMessages({ chatId })[Symbol.asyncIterator]();

    expect((await late.next()).value?.event).toMatchObject({ value: { text: "", kind: MessageKind.ERASED } });
    expect((await late.next()).value?.event).toMatchObject({ value: { text: "an answer" } });
    for (const stream of [following, late]) void stream.return?.();
  });

  it("erases more messages than one statement takes", async () => {
    const [anna, boris] = [at.person("customer"), at.person("customer")];
    const chatId = await chatOf(boris);
    await at.db.query(
      "fill",
      `insert into messages (chat_no, sequence, text, author_id, author_alias, sent_at)
       select chat_no, n, 'secret ' || n, $2, 'Anna', now()
         from chats, generate_series(1, 2500) n
        where chat_id = $1`,
      [chatId, memberIdOf(anna.subject)],
    );

    await eraseSpeaker(at.db, at.store, anna.subject);

    expect(await tablesWith(memberIdOf(anna.subject), "secret")).toEqual(["closed_people"]);
  });
});

async function chatOf({ chats }: Person, isPrivate = false): Promise<string> {
  return (await chats.createChat({ private: isPrivate, historySize: 100 })).chat?.chatId ?? "";
}

async function join(asker: Person, creator: Person, chatId: string): Promise<void> {
  const { joinRequest } = await asker.chats.requestToJoin({ chatId });
  const memberId = joinRequest?.memberId ?? "";
  await creator.chats.decideJoinRequest({ chatId, memberId, decision: JoinDecision.ADMIT });
}

/** A dispatcher, who sees every room, sees this one by now. */
async function roomOpens(deliveryId: string): Promise<void> {
  const { rooms } = at.person("dispatcher");
  await expect.poll(() => rooms.getDeliveryRoom({ deliveryId }).catch(() => undefined), SOON).toBeDefined();
}

/** Closes somebody's door, which nobody sees before the end of that, and has something of theirs written meanwhile: it waits. */
async function asTheDoorCloses<R>({ subject }: Person, write: () => Promise<R>): Promise<R | undefined> {
  let writing: Promise<R> | undefined;
  const transaction = <T>(close: (tx: Transaction) => Promise<T>): Promise<T> =>
    at.db.transaction(async (tx) => {
      const closed = await close(tx);
      writing = write();
      await expect.poll(areWaiting, SOON).toBe(1);
      return closed;
    });
  await closePerson({ transaction }, memberIdOf(subject));
  return writing;
}

/** How many wait before a door. */
async function areWaiting(): Promise<number> {
  const { rowCount } = await at.db.query(
    "list_waiting",
    `select from pg_locks
      where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
  return rowCount;
}

/** The tables of the messenger that hold any of the texts. */
async function tablesWith(...texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await at.db.query<{ name: string }>(
    "tables",
    "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
  );
  const holding = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await at.db.query<{ found: boolean }>(
        `search ${name}`,
        `select exists (select from "${name}" t where t::text like any ($1)) as found`,
        [texts.map((text) => `%${text}%`)],
      );
      return rows[0]?.found ? [name] : [];
    }),
  );
  return holding.flat();
}
