// Drives retries of AuthService.SignUp, and GetSignUp, over RPC against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import { WithdrawIdentitySchema } from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { completeSignUp, perform, person, sagasAbout, startAccounts, type Accounts } from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
  service.directory.before = () => undefined;
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

function identitiesOf(email: string) {
  return service.directory.identities().filter((identity) => identity.email === email);
}

describe("SignUp with an idempotency key", () => {
  it("answers a retry for the first sign-up, with the same token while it is under way", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };
    const first = await service.auth().signUp(wish, { headers });

    const again = await service.auth().signUp({ ...wish, password: "another password, forgotten" }, { headers });
    await completeSignUp(service, first.user!.userId);
    const late = await service.auth().signUp(wish, { headers });

    expect(again).toEqual(first);
    expect(late).toMatchObject({ user: { userId: first.user!.userId, state: UserState.ACTIVE }, pendingToken: "" });
    expect(await sagasAbout(service.db, first.user!.userId)).toBe(1);
  });

  it("makes one user of twins", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };

    const answers = await Promise.all(Array.from({ length: 10 }, () => service.auth().signUp(wish, { headers })));

    expect(new Set(answers.map(({ user }) => user?.userId)).size).toBe(1);
    expect(new Set(answers.map(({ pendingToken }) => pendingToken)).size).toBe(1);
    expect(identitiesOf(wish.email!)).toHaveLength(1);
    expect(await sagasAbout(service.db, answers[0]!.user!.userId)).toBe(1);
  });

  it("refuses a key that came with somebody else", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };
    await service.auth().signUp(wish, { headers });

    for (const other of [{ ...wish, displayName: "Somebody else" }, person()]) {
      expect(await refusalOf(service.auth().signUp(other, { headers }))).toMatchObject({
        kind: "keyReused",
        reason: "IDEMPOTENCY_KEY_REUSED",
      });
    }
  });

  it("begins anew with the key of a sign-up that failed", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };
    const { user } = await service.auth().signUp(wish, { headers });
    await perform(service, WithdrawIdentitySchema, { userId: user!.userId, reason: "UNAVAILABLE" });

    const again = await service.auth().signUp(wish, { headers });

    expect(again.user?.userId).not.toBe(user!.userId);
    expect(again.user?.state).toBe(UserState.PENDING);
  });

  it.each(["", "k".repeat(256)])("refuses the key %j", async (key) => {
    const headers = { "idempotency-key": key };
    expect(await refusalOf(service.auth().signUp(person(), { headers }))).toMatchObject({ reason: "REQUEST_INVALID" });
  });
});

describe("GetSignUp", () => {
  it("tells how a sign-up goes on, to whoever has the token", async () => {
    const { user, pendingToken } = await service.auth().signUp(person());

    expect((await service.auth().getSignUp({ pendingToken })).user).toEqual(user);
    await completeSignUp(service, user!.userId);
    expect((await service.auth().getSignUp({ pendingToken })).user).toMatchObject({ state: UserState.ACTIVE });
  });

  it("knows no other token", async () => {
    expect(await refusalOf(service.auth().getSignUp({ pendingToken: "a".repeat(43) }))).toMatchObject({
      kind: "notFound",
      reason: "SIGN_UP_NOT_FOUND",
    });
  });
});
