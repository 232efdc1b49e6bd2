// The life of a user through the public REST API: signing up, the first note, signing out, and being forgotten.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { anonymous, staySignedIn } from "../src/people.ts";
import { activeAt, givenNewcomer, PASSWORD, signInAs, signUpDraft, type Newcomer } from "../src/sign-up.ts";
import { eventually, expectStatus, givenOrder, givenProduct } from "../src/story.ts";

const target = inject("target");
const anybody = anonymous(target);
let admin: Api;
let dispatcher: Api;

beforeAll(async () => {
  // On a busy machine these stories outlive a token.
  admin = await staySignedIn(target, "admin");
  dispatcher = await staySignedIn(target, "dispatcher");
});

describe("somebody who signs up", () => {
  it("signs in, finds a note that greets them, writes one, and signs out everywhere", async () => {
    const { api, email, password, userId } = await givenNewcomer(target);
    expect(expectStatus(await api.get("/v1/auth/me"), 200)).toMatchObject({ subject: userId, roles: ["customer"] });
    const profile = expectStatus(await api.get(`/v1/users/${userId}`), 200);
    expect(profile).toMatchObject({ email, state: "USER_STATE_ACTIVE", roles: ["customer"], email_verified: false });

    const greeting = expectStatus(await api.get("/v1/notes"), 200);
    expect(listAt(greeting, "notes")).toHaveLength(1);

    const created = await api.post("/v1/notes", { title: "Food", content: "Two bowls a day." });
    const noteId = textAt(expectStatus(created, 201), "note_id");
    expect(created.headers.get("location")).toBe(`/v1/notes/${noteId}`);
    const replaced = await api.put(`/v1/notes/${noteId}`, { title: "Water", content: "One bowl." });
    expect(expectStatus(replaced, 200)).toMatchObject({ title: "Water", content: "One bowl.", owner_id: userId });
    expect(listAt(expectStatus(await api.get("/v1/notes?text=WATER"), 200), "notes")).toHaveLength(1);
    expectStatus(await api.delete(`/v1/notes/${noteId}`), 204);
    expect((await api.get(`/v1/notes/${noteId}`)).status).toBe(404);
    expect(expectStatus(await api.post(`/v1/notes/${noteId}:restore`), 200)).toMatchObject({ title: "Water" });

    expectStatus(await api.post("/v1/auth/logout"), 204);
    await refused(api);
    const again = await signInAs(target, { email: email.toUpperCase(), password });
    expectStatus(await again.api.get(`/v1/notes/${noteId}`), 200);
  });

  it("is told where to ask when they do not wait, and nobody else knows the place", async () => {
    const answer = await anybody.post("/v1/auth/sign-up", signUpDraft({ wait_ms: 0 }));

    expect(expectStatus(answer, 202)).toMatchObject({ state: "USER_STATE_PENDING" });
    const location = answer.headers.get("location") ?? "";
    expect(location).toMatch(/^\/v1\/auth\/sign-up\/[\w-]{43}$/);
    expect(await activeAt(target, location)).toMatchObject({ state: "USER_STATE_ACTIVE" });
    expect((await anybody.get(`/v1/auth/sign-up/${"x".repeat(43)}`)).status).toBe(404);
  });

  it("is one user, however often they ask at once; the others are told that the address is taken", async () => {
    const draft = signUpDraft();

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const email = index % 2 === 0 ? textAt(draft, "email") : textAt(draft, "email").toUpperCase();
        return anybody.post("/v1/auth/sign-up", { ...draft, email });
      }),
    );

    const statuses = answers.map(({ status }) => (status === 202 ? 201 : status));
    expect(statuses.toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const found = expectStatus(await admin.get(`/v1/users?email_prefix=${textAt(draft, "email")}`), 200);
    expect(listAt(found, "users")).toHaveLength(1);
  });

  it("gets the first answer again by the same idempotency key", async () => {
    const draft = signUpDraft();
    const idempotencyKey = randomUUID();
    const first = await anybody.post("/v1/auth/sign-up", draft, { idempotencyKey });

    const second = await anybody.post("/v1/auth/sign-up", draft, { idempotencyKey });
    const other = await anybody.post("/v1/auth/sign-up", { ...draft, display_name: "Berta" }, { idempotencyKey });

    // 202 where making somebody takes longer than they wait.
    for (const { status } of [first, second]) expect([201, 202]).toContain(status);
    expect(at(second.body, "user_id")).toBe(textAt(first.body, "user_id"));
    expect(other.status).toBe(422);
  });

  it.each([
    ["a password that is too short", { password: "short" }, "request-invalid"],
    ["a password with a null character", { password: "seventeen\0tame ferrets" }, "request-invalid"],
    ["a password that everybody tries", { password: "password1234" }, "password-common"],
    ["an e-mail address with a line break", { email: "anna@example.com\r\nBcc: all@example.com" }, "request-invalid"],
    ["an e-mail address in letters that look like others", { email: "аnna@example.com" }, "request-invalid"],
    ["an e-mail address of 300 characters", { email: `${"a".repeat(288)}@example.com` }, "request-invalid"],
  ] as const)("is refused with %s", async (_, change, type) => {
    const answer = await anybody.post("/v1/auth/sign-up", signUpDraft(change));

    expect(answer.status).toBe(400);
    expect(textAt(answer.body, "type")).toContain(type);
  });
});

describe("a user", () => {
  let user: Newcomer;
  beforeAll(async () => {
    user = await givenNewcomer(target);
  });

  it("does not see or change anybody else", async () => {
    const other = await givenNewcomer(target);

    expect((await user.api.get(`/v1/users/${other.userId}`)).status).toBe(404);
    expect((await user.api.patch(`/v1/users/${other.userId}`, { display_name: "Mine" })).status).toBe(404);
    expect((await user.api.delete(`/v1/users/${other.userId}`)).status).toBe(404);
    expect((await user.api.get("/v1/users")).status).toBe(403);
  });

  it("changes their profile, and not their roles", async () => {
    const changed = await user.api.patch(`/v1/users/${user.userId}`, { display_name: "Anna S.", locale: "de-DE" });
    const raised = await user.api.patch(`/v1/users/${user.userId}`, { roles: ["admin"] });

    expect(expectStatus(changed, 200)).toMatchObject({ display_name: "Anna S.", locale: "de-DE" });
    expect(raised.status).toBe(403);
    expect(textAt(raised.body, "type")).toContain("roles-refused");
  });

  it("gets another role from an admin, and has it from the next sign-in on", async () => {
    const { userId, email, password } = await givenNewcomer(target);

    const given = await admin.patch(`/v1/users/${userId}`, { roles: ["customer", "courier"] });

    expect(expectStatus(given, 200)).toMatchObject({ roles: ["customer", "courier"] });
    const { api } = await signInAs(target, { email, password });
    const me = expectStatus(await api.get("/v1/auth/me"), 200);
    expect(listAt(me, "roles").toSorted()).toEqual(["courier", "customer"]);
  });

  it("changes the password, which ends their other sessions", async () => {
    const { api, email } = await givenNewcomer(target);
    const other = await signInAs(target, { email, password: PASSWORD });
    const change = { current_password: PASSWORD, new_password: "nineteen wild otters" };

    const wrong = await api.post("/v1/auth/password:change", { ...change, current_password: "guessed" });
    const changed = await api.post("/v1/auth/password:change", change);

    expect([wrong.status, changed.status]).toEqual([409, 204]);
    await refused(other.api);
    expectStatus(await api.get("/v1/auth/me"), 200);
    expect((await anybody.post("/v1/auth/sign-in", { email, password: PASSWORD })).status).toBe(401);
    await signInAs(target, { email, password: change.new_password });
  });

  it("lists their sessions and ends one of them", async () => {
    const { api, email, password } = await givenNewcomer(target);
    const other = await signInAs(target, { email, password });
    const sessions = listAt(expectStatus(await api.get("/v1/auth/sessions"), 200), "sessions");
    const theOther = sessions.find((session) => at(session, "current") === false) ?? null;

    expect(sessions).toHaveLength(2);
    expectStatus(await api.delete(`/v1/auth/sessions/${textAt(theOther, "session_id")}`), 204);

    await refused(other.api);
    expectStatus(await api.get("/v1/auth/me"), 200);
    const left = listAt(expectStatus(await api.get("/v1/auth/sessions"), 200), "sessions");
    expect(left.map((session) => at(session, "current"))).toEqual([true]);
  });

  it("is told everything that is kept of them", async () => {
    const other = await givenNewcomer(target);
    const chatOf = async ({ api }: Newcomer) =>
      textAt(expectStatus(await api.post("/v1/chats", { title: "Ferrets" }), 201), "chat_id");
    const [own, theirs] = [await chatOf(user), await chatOf(other)];
    expectStatus(await user.api.post("/v1/chat-sessions", { alias: "Anna" }), 200);
    for (const [who, chatId, text] of [
      [user, own, "in a chat of mine"],
      [user, theirs, "in a chat of theirs"],
      [other, own, "of somebody else"],
    ] as const) {
      expectStatus(await who.api.post(`/v1/chats/${chatId}/messages`, { text }), 200);
    }

    const response = await fetch(`${target.baseUrl}/v1/users/me/export`, {
      headers: { authorization: `Bearer ${user.api.token}` },
    });

    const text = await response.text();
    expect(response.status, text).toBe(200);
    const parts = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? "") as Json);
    const told = (what: string) => parts.map((part) => at(part, what)).filter((part) => part !== null);
    for (const what of ["user", "session", "note"]) expect(told(what), what).not.toEqual([]);
    expect(told("chat_session")).toMatchObject([{ alias: "Anna" }]);
    expect(told("membership")).toMatchObject([{ chat: { chat_id: own, standing: "STANDING_CREATOR" } }]);
    const messages = told("message").map((message) => [textAt(message, "chat_id"), textAt(message, "text")]);
    expect(messages.toSorted()).toEqual(
      [
        [own, "in a chat of mine"],
        [theirs, "in a chat of theirs"],
      ].toSorted(),
    );
  });
});

describe("a user who is deleted", () => {
  it("cannot sign in, is found nowhere, and the e-mail address is free again", async () => {
    const { api, userId, email, password } = await givenNewcomer(target);
    expectStatus(await api.post("/v1/notes", { title: "Secret", content: "of mine" }), 201);

    expectStatus(await api.delete(`/v1/users/${userId}`), 200);

    await gone(userId);
    await refused(api);
    expect((await anybody.post("/v1/auth/sign-in", { email, password })).status).toBe(401);
    await givenNewcomer(target, { email });
  });

  it("stays as long as an order of theirs is under way, and keeps what they had", async () => {
    const { api, userId, email, password } = await givenNewcomer(target);
    const orderId = await givenOrder(api, await givenProduct(admin));

    const busy = await api.delete(`/v1/users/${userId}`);

    expect(busy.status).toBe(409);
    expect(textAt(busy.body, "type")).toContain("user-busy");
    expect(expectStatus(await api.get(`/v1/users/${userId}`), 200)).toMatchObject({ state: "USER_STATE_ACTIVE" });
    const again = await signInAs(target, { email, password });
    expectStatus(await again.api.post(`/v1/orders/${orderId}:cancel`, { reason: "We are moving" }), 200);

    expectStatus(await again.api.delete(`/v1/users/${userId}`), 200);
    await gone(userId);
    const order = JSON.stringify(expectStatus(await dispatcher.get(`/v1/orders/${orderId}`), 200));
    for (const word of ["Gartenweg", "Schmidt", "4915112345678", "shy", "moving"]) expect(order).not.toContain(word);
  });

  it("never leaves an order that is under way, though they order and go at once", async () => {
    const productId = await givenProduct(admin, 20);
    for (let round = 0; round < 5; round += 1) {
      const { api, userId } = await givenNewcomer(target);

      const [deleted] = await Promise.all([
        api.delete(`/v1/users/${userId}`),
        givenOrder(api, productId).catch(() => undefined),
      ]);

      const orders = async () => {
        const page = expectStatus(await dispatcher.get("/v1/orders?page_size=200"), 200);
        return listAt(page, "orders").filter((order) => at(order, "customer_id") === userId);
      };
      if (deleted.status === 200) {
        await gone(userId);
        expect(await orders()).toEqual([]);
      } else expect([deleted.status, (await orders()).length]).toEqual([409, 1]);
    }
  });
});

describe("sagas", () => {
  it("are seen by admins: a sign-up took its four steps", async () => {
    const { userId } = await givenNewcomer(target);

    const sagas = await eventually(
      () => admin.get("/v1/sagas?kind=sign-up&page_size=200"),
      (body) => listAt(body, "sagas").some((saga) => at(saga, "subject_id") === userId),
    );
    const found = listAt(sagas, "sagas").find((saga) => at(saga, "subject_id") === userId) ?? null;
    const saga = await eventually(
      () => admin.get(`/v1/sagas/${textAt(found, "saga_id")}`),
      (body) => at(body, "state") === "SAGA_STATE_COMPLETED",
    );

    const steps = listAt(saga, "steps").map((step) => [at(step, "step"), at(step, "participant"), at(step, "state")]);
    expect(steps).toEqual([
      ["identity", "accounts", "STEP_STATE_DONE"],
      ["profile", "accounts", "STEP_STATE_DONE"],
      ["welcome-note", "notes", "STEP_STATE_DONE"],
      ["enable", "accounts", "STEP_STATE_DONE"],
    ]);
  });
});

/** Waits until an access token is refused everywhere, which takes a second or two. */
async function refused(api: Api): Promise<void> {
  await expect.poll(async () => (await api.get("/v1/auth/me")).status).toBe(401);
  await expect.poll(async () => (await api.get("/v1/notes")).status).toBe(401);
}

/** Waits until a user's deletion has ended. */
async function gone(userId: string): Promise<void> {
  await expect.poll(async () => (await admin.get(`/v1/users/${userId}`)).status, { timeout: 60_000 }).toBe(404);
}
