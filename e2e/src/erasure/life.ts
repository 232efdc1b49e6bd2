// Everything that people may do here, so that whatever is kept of them is there to be found, and to be forgotten.
import { randomUUID } from "node:crypto";
import { listAt, textAt, type Api } from "../api.ts";
import { givenNewcomer, signInAs } from "../sign-up.ts";
import { anonymous, as } from "../people.ts";
import { eventually, expectStatus, givenProduct, orderDraft } from "../story.ts";
import type { Target } from "../target.ts";
import { makeCanary, type Canary } from "./canary.ts";
import { tokenMailedTo } from "./mailbox.ts";

/** Where the lives are led. */
export interface Stage {
  readonly target: Target;
  /** Where mails are laid. */
  readonly mailFolder: string;
}

/** Somebody with an account. */
export interface Person {
  readonly canary: Canary;
  readonly userId: string;
  readonly api: Api;
}

/** Leads two lives in which everything is done: a customer's, and a courier's who carries the animals of the first. */
export async function leadLives(stage: Stage): Promise<readonly [customer: Person, courier: Person]> {
  const customer = await givenPerson(stage, makeCanary());
  const courier = await asCourier(stage, await givenPerson(stage, makeCanary()));
  await writeNotes(customer);
  await chat(customer, courier);
  await orderAnimals(stage, customer, courier);
  return [customer, courier];
}

/** Deletes people by their own wish, and waits for the end of each deletion. */
export async function deletePeople({ target }: Stage, people: readonly Person[]): Promise<void> {
  const admin = await as(target, "admin");
  const deleted = people.map(({ userId }) => userId);
  for (const { canary, userId } of people) {
    // What they did before may have taken longer than their tokens live.
    const { api } = await signInAs(target, { email: canary.newEmail, password: canary.password });
    expectStatus(await api.delete(`/v1/users/${userId}`), 200);
  }
  await eventually(
    () => admin.get("/v1/sagas?kind=delete-user&state=SAGA_STATE_COMPLETED&page_size=100"),
    (body) => {
      const ended = listAt(body, "sagas").map((saga) => textAt(saga, "subject_id"));
      return deleted.every((userId) => ended.includes(userId));
    },
    60_000,
  );
}

/** Signs somebody up, proves their address, moves them to another one and fills in their profile. */
export async function givenPerson({ target, mailFolder }: Stage, canary: Canary): Promise<Person> {
  const { email, newEmail, password, displayName, phone, locale } = canary;
  const anybody = anonymous(target);
  const first = await givenNewcomer(target, { email, password, display_name: displayName, locale: "en-GB" });
  const profile = { phone, locale };
  expectStatus(await first.api.patch(`/v1/users/${first.userId}`, profile, withKey(canary)), 200);

  expectStatus(await first.api.post("/v1/auth/email:requestVerification", {}, withKey(canary)), 204);
  const verification = await tokenMailedTo(mailFolder, email, "Confirm your e-mail address");
  expectStatus(await anybody.post("/v1/auth/email:verify", { token: verification }), 204);

  const change = { new_email: newEmail, password };
  expectStatus(await first.api.post("/v1/auth/email:requestChange", change, withKey(canary)), 204);
  const proof = await tokenMailedTo(mailFolder, newEmail, "Confirm your new e-mail address");
  expectStatus(await anybody.post("/v1/auth/email:verify", { token: proof }), 204);

  expectStatus(await anybody.post("/v1/auth/password:requestReset", { email: newEmail }, withKey(canary)), 204);
  await tokenMailedTo(mailFolder, newEmail, "Choose a new password");
  const { api } = await signInAs(target, { email: newEmail, password });
  return { canary, userId: first.userId, api };
}

/** Gives an admin a look at somebody, and the role of a courier to them. @returns them with that role. */
export async function asCourier({ target }: Stage, person: Person): Promise<Person> {
  const { canary, userId } = person;
  const admin = await as(target, "admin");
  const roles = { roles: ["customer", "courier"] };
  expectStatus(await admin.patch(`/v1/users/${userId}`, roles, withKey(canary)), 200);
  const { api } = await signInAs(target, { email: canary.newEmail, password: canary.password });
  expectStatus(await api.post("/v1/couriers", { display_name: canary.displayName }, withKey(canary)), 201);
  const onDuty = { availability: "AVAILABILITY_AVAILABLE" };
  expectStatus(await api.post(`/v1/couriers/${userId}:setAvailability`, onDuty, withKey(canary)), 200);
  return { canary, userId, api };
}

/** Writes notes, changes one, and throws one away. */
export async function writeNotes({ api, canary }: Person): Promise<void> {
  const { word } = canary;
  const note = { title: `${word} food`, content: `Two bowls for ${word}` };
  const kept = textAt(expectStatus(await api.post("/v1/notes", note, withKey(canary)), 201), "note_id");
  const binned = textAt(expectStatus(await api.post("/v1/notes", note, withKey(canary)), 201), "note_id");
  const changed = { title: `${word} water`, content: `One bowl for ${word}` };
  expectStatus(await api.put(`/v1/notes/${kept}`, changed, withKey(canary)), 200);
  expectStatus(await api.delete(`/v1/notes/${binned}`, withKey(canary)), 204);
  expectStatus(await api.get(`/v1/notes?text=${word}`), 200);
}

/** Takes an alias, makes a chat, asks to come into somebody else's, and writes in both. */
export async function chat({ api, canary }: Person, other: Person): Promise<void> {
  const { word } = canary;
  const say = async (chatId: string) => {
    expectStatus(await api.post(`/v1/chats/${chatId}/messages`, { text: `${word} is here` }, withKey(canary)), 200);
    expectStatus(await api.get(`/v1/chats/${chatId}/messages`), 200);
  };
  expectStatus(await api.post("/v1/chat-sessions", { alias: `${word} S.` }, withKey(canary)), 200);
  const own = expectStatus(await api.post("/v1/chats", { title: `Ferrets of ${word}` }, withKey(canary)), 201);
  await say(textAt(own, "chat_id"));
  const wish = { title: `Ferrets of ${other.canary.word}`, private: true };
  const theirs = textAt(expectStatus(await other.api.post("/v1/chats", wish, withKey(other.canary)), 201), "chat_id");
  const asked = expectStatus(await api.post(`/v1/chats/${theirs}/join-requests`, {}, withKey(canary)), 200);
  const decide = `/v1/chats/${theirs}/join-requests/${textAt(asked, "member_id")}:decide`;
  expectStatus(await other.api.post(decide, { decision: "JOIN_DECISION_ADMIT" }, withKey(other.canary)), 204);
  await say(theirs);
}

/** Places orders: one is carried to its end, one cancelled at once, one on its way, and one fails under the courier's words. */
export async function orderAnimals({ target }: Stage, customer: Person, courier: Person): Promise<void> {
  const [dispatcher, admin] = await Promise.all([as(target, "dispatcher"), as(target, "admin")]);
  const productId = await givenProduct(admin, 10);
  const { canary } = customer;
  const place = async (): Promise<string> => {
    const { recipient, word, pickup, dropOff } = canary;
    const draft = { ...orderDraft(productId), pickup, drop_off: dropOff, recipient, note: `${word} is shy` };
    return textAt(expectStatus(await customer.api.post("/v1/orders", draft, withKey(canary)), 201), "order_id");
  };
  const start = async (orderId: string): Promise<string> => {
    const answer = await dispatcher.post("/v1/deliveries", { order_id: orderId }, withKey(canary));
    return textAt(expectStatus(answer, 201), "delivery_id");
  };
  const reason = { reason: `${canary.word} moves house` };
  const carry = async (deliveryId: string): Promise<void> => {
    const path = `/v1/deliveries/${deliveryId}`;
    const assignment = { courier_id: courier.userId };
    expectStatus(await dispatcher.post(`${path}:assignCourier`, assignment, withKey(canary)), 200);
    const room = await eventually(
      () => customer.api.get(`${path}/room`),
      () => true,
    );
    const words = { text: `${canary.word} asks how it is` };
    const { idempotencyKey } = withKey(canary);
    const messages = `/v1/chats/${textAt(room, "chat_id")}/messages`;
    expectStatus(await customer.api.post(messages, words, { idempotencyKey }), 200);
    expectStatus(await courier.api.post(`${path}:pickUp`, {}, withKey(courier.canary)), 200);
    const positions = courier.canary.positions.map((spot, index) => ({
      device_sequence: String(index + 1),
      device_time: new Date().toISOString(),
      ...spot,
    }));
    expectStatus(await courier.api.post(`${path}/positions`, { positions }, withKey(courier.canary)), 200);
    expectStatus(await customer.api.get(`${path}/status`), 200);
  };

  const delivered = await place();
  const delivery = await start(delivered);
  await carry(delivery);
  expectStatus(await courier.api.post(`/v1/deliveries/${delivery}:complete`, {}, withKey(courier.canary)), 200);
  await settled(customer, delivered, "DELIVERED");

  const failed = await place();
  const broken = await start(failed);
  await carry(broken);
  const failure = { reason: "FAILURE_REASON_VEHICLE_FAILURE", note: `${courier.canary.word} broke down` };
  expectStatus(await courier.api.post(`/v1/deliveries/${broken}:fail`, failure, withKey(courier.canary)), 200);
  await settled(customer, failed, "FAILED");

  const cancelled = await place();
  expectStatus(await customer.api.post(`/v1/orders/${cancelled}:cancel`, reason, withKey(canary)), 200);
  const recalled = await place();
  await start(recalled);
  expectStatus(await customer.api.post(`/v1/orders/${recalled}:cancel`, reason, withKey(canary)), 200);
  await settled(customer, recalled, "CANCELLED");
}

/** Reads back all there is: the timeline of each order, and everything that is kept of the person. */
export async function readEverything({ target }: Stage, { api, userId, canary }: Person): Promise<void> {
  const admin = await as(target, "admin");
  const orders = listAt(expectStatus(await api.get("/v1/orders"), 200), "orders");
  for (const order of orders) {
    expectStatus(await api.get(`/v1/orders/${textAt(order, "order_id")}/timeline`), 200);
  }
  expectStatus(await api.get("/v1/deliveries"), 200);
  expectStatus(await admin.get(`/v1/users/${userId}`), 200);
  expectStatus(await admin.get(`/v1/users?email_prefix=${canary.word}`), 200);
  const headers = { authorization: `Bearer ${api.token}` };
  const told = await (await fetch(`${target.baseUrl}/v1/users/me/export`, { headers })).text();
  if (!told.includes(canary.word)) throw new Error(`the export does not tell of ${canary.word}: ${told}`);
}

/** A key that tells whose it is, as a client may choose it. */
export function withKey({ word }: Canary): { idempotencyKey: string } {
  return { idempotencyKey: `${word}-${randomUUID()}` };
}

async function settled({ api }: Person, orderId: string, status: string): Promise<void> {
  await eventually(
    () => api.get(`/v1/orders/${orderId}`),
    (body) => textAt(body, "status") === `ORDER_STATUS_${status}`,
  );
}
