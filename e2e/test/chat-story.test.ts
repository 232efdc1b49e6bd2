// Talking over REST: chats, who comes in, following by server-sent events, and the room of a delivery from its courier to its end.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { listAt, textAt, type Api, type Json } from "../src/api.ts";
import { as } from "../src/people.ts";
import { readStream } from "../src/sse.ts";
import { eventually, expectStatus, givenDelivery, givenFreeCourier, givenOrder, givenProduct } from "../src/story.ts";

const target = inject("target");
let customer: Api;
let customer2: Api;
let courier: Api;
let dispatcher: Api;
let admin: Api;

beforeAll(async () => {
  [customer, customer2, courier, dispatcher, admin] = await Promise.all([
    as(target, "customer"),
    as(target, "customer2"),
    as(target, "courier"),
    as(target, "dispatcher"),
    as(target, "admin"),
  ]);
});

describe("chats", () => {
  it("are made once for one idempotency key, are there, and take a message once", async () => {
    const draft = { title: "Ferrets of Riga", history_size: 10 };
    const once = { idempotencyKey: randomUUID() };
    const made = await customer.post("/v1/chats", draft, once);
    const chatId = textAt(expectStatus(made, 201), "chat_id");
    expect(textAt(expectStatus(await customer.post("/v1/chats", draft, once), 201), "chat_id")).toBe(chatId);
    expect(made.headers.get("location")).toBe(`/v1/chats/${chatId}`);

    const say = () => customer2.post(`/v1/chats/${chatId}/messages`, { text: "Привет 🦦" }, once);
    const first = expectStatus(await say(), 200);
    expect(expectStatus(await say(), 200)).toEqual(first);

    expect(first).toMatchObject({ sequence: "1", kind: "MESSAGE_KIND_TEXT", text: "Привет 🦦" });
    const { body } = await customer.get(`/v1/chats/${chatId}/messages`);
    expect(listAt(body, "messages")).toEqual([first]);
    expectStatus(await customer.delete(`/v1/chats/${chatId}`), 204);
    expect((await customer2.get(`/v1/chats/${chatId}/messages`)).status).toBe(404);
  });

  it("are followed by server-sent events that go on where they were cut", async () => {
    const chatId = textAt(expectStatus(await customer.post("/v1/chats", {}), 201), "chat_id");
    const url = `${target.baseUrl}/v1/chats/${chatId}/messages:subscribe`;
    const say = async (text: string) =>
      expectStatus(await customer2.post(`/v1/chats/${chatId}/messages`, { text }), 200);
    await say("one");
    await say("two");

    const seen: Json[] = [];
    let lastEventId: string | undefined;
    for await (const event of readStream(url, { token: customer.token })) {
      lastEventId = event.id;
      seen.push(event.data);
      break;
    }
    await say("three");
    for await (const event of readStream(url, { token: customer.token, ...(lastEventId && { lastEventId }) })) {
      seen.push(event.data);
      if (seen.length === 3) await say("four");
      if (seen.length === 4) break;
    }

    expect(seen.map((data) => textAt(data, "message", "text"))).toEqual(["one", "two", "three", "four"]);
    expectStatus(await customer.delete(`/v1/chats/${chatId}`), 204);
  });

  it("that are private show their door, and open it to whom their creator admits", async () => {
    const wish = { title: "Otters", private: true };
    const chatId = textAt(expectStatus(await customer.post("/v1/chats", wish), 201), "chat_id");
    const messages = `/v1/chats/${chatId}/messages`;
    expectStatus(await customer.post(messages, { text: "only for members" }), 200);

    expect((await customer2.get(`/v1/chats/${chatId}`)).body).toMatchObject({
      title: "Otters",
      standing: "STANDING_STRANGER",
      history_size: 0,
    });
    const refused = await customer2.get(messages);
    expect(refused.status).toBe(403);
    expect(textAt(refused.body, "type")).toContain("/problems/messenger/not-a-member");

    const asked = expectStatus(await customer2.post(`/v1/chats/${chatId}/join-requests`), 200);
    const decision = { decision: "JOIN_DECISION_ADMIT" };
    const decide = `/v1/chats/${chatId}/join-requests/${textAt(asked, "member_id")}:decide`;
    expectStatus(await customer.post(decide, decision), 204);
    expect(textAt((await customer2.get(messages)).body, "messages", 0, "text")).toBe("only for members");
    expectStatus(await customer.delete(`/v1/chats/${chatId}`), 204);
  });
});

describe("what a person has in chats", () => {
  it("is told to them page by page: where they are, and what they wrote, also in public chats of others", async () => {
    const chatOf = async (api: Api, wish: Json) =>
      textAt(expectStatus(await api.post("/v1/chats", wish), 201), "chat_id");
    const theirs = await chatOf(customer2, {});
    const closed = await chatOf(customer2, { private: true });
    for (const text of ["one", "two", "three"]) {
      expectStatus(await customer.post(`/v1/chats/${theirs}/messages`, { text }), 200);
    }
    expectStatus(await customer.post(`/v1/chats/${closed}/join-requests`), 200);

    const newest = expectStatus(await customer.get("/v1/chat-sessions/self/messages?page_size=2"), 200);
    const token = encodeURIComponent(textAt(newest, "next_page_token"));
    const older = expectStatus(
      await customer.get(`/v1/chat-sessions/self/messages?page_size=1&page_token=${token}`),
      200,
    );
    const memberships = expectStatus(await customer.get("/v1/chat-sessions/self/memberships"), 200);
    const ofOther = expectStatus(await customer2.get("/v1/chat-sessions/self/messages"), 200);

    const told = [...listAt(newest, "messages"), ...listAt(older, "messages")];
    expect(told.map((message) => [textAt(message, "chat_id"), textAt(message, "text")])).toEqual([
      [theirs, "three"],
      [theirs, "two"],
      [theirs, "one"],
    ]);
    expect(textAt(memberships, "memberships", 0, "chat", "chat_id")).toBe(closed);
    expect(textAt(memberships, "memberships", 0, "chat", "standing")).toBe("STANDING_ASKER");
    expect(JSON.stringify(ofOther)).not.toContain(theirs);
    for (const chatId of [theirs, closed]) expectStatus(await customer2.delete(`/v1/chats/${chatId}`), 204);
    expect(JSON.stringify((await customer.get("/v1/chat-sessions/self/messages")).body)).not.toContain(theirs);
  });
});

describe("the room of a delivery", () => {
  it("opens with a courier, is talked in, tells each step, and is read-only at the end", async () => {
    const deliveryId = await givenDelivery(dispatcher, await givenOrder(customer, await givenProduct(admin)));
    await givenFreeCourier(courier, dispatcher);
    const path = `/v1/deliveries/${deliveryId}`;
    expect((await customer.get(`${path}/room`)).status).toBe(404);
    expectStatus(await dispatcher.post(`${path}:assignCourier`, { courier_id: courier.subject }), 200);

    const room = await eventually(
      () => customer.get(`${path}/room`),
      (body) => textAt(body, "standing") === "STANDING_MEMBER",
    );
    const chatId = textAt(room, "chat_id");
    expect((await customer2.get(`${path}/room`)).status).toBe(404);
    expectStatus(await dispatcher.get(`${path}/room`), 200);
    for (const [person, text] of [
      [customer, "How is the ferret?"],
      [courier, "Asleep."],
      [dispatcher, "Good."],
    ] as const) {
      expectStatus(await person.post(`/v1/chats/${chatId}/messages`, { text }), 200);
    }
    expectStatus(await courier.post(`${path}:pickUp`), 200);
    expectStatus(await courier.post(`${path}:complete`), 200);

    const told = await eventually(
      () => customer.get(`/v1/chats/${chatId}/messages`),
      (body) => listAt(body, "messages").length === 6,
    );
    expect(listAt(told, "messages").map((message) => textAt(message, "text"))).toEqual([
      "The animal was handed over.",
      "The animal is on board.",
      "Good.",
      "Asleep.",
      "How is the ferret?",
      "A courier has the delivery and is on the way to the animal.",
    ]);
    const late = await customer.post(`/v1/chats/${chatId}/messages`, { text: "Thank you!" });
    expect(late.status).toBe(409);
    expect(textAt(late.body, "type")).toContain("/problems/messenger/chat-read-only");
    expect(textAt((await customer.get(`/v1/chats/${chatId}`)).body, "expires_at")).not.toBe("");
  });
});
