// Drives AuthService.SignUp and GetSignUp through their RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import { RemoveProfileSchema, WithdrawIdentitySchema } from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  completeSignUp,
  eventNamesOf,
  givenUser,
  holdersOf,
  perform,
  person,
  sagasAbout,
  startAccounts,
  type Accounts,
} from "./setup.ts";

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

async function rowsOf(email: string): Promise<number> {
  const { rowCount } = await service.db.query("rows_of", "select 1 from sign_ups where email = $1", [email]);
  return rowCount;
}

describe("SignUp", () => {
  it("answers a pending user who cannot sign in, and starts one saga", async () => {
    const wish = person({ locale: "de-DE" });

    const { user, pendingToken } = await service.auth().signUp(wish);

    expect(user).toMatchObject({ email: wish.email, displayName: wish.displayName, locale: "de-DE" });
    expect(user).toMatchObject({ state: UserState.PENDING, roles: ["customer"], emailVerified: false });
    expect(pendingToken).toMatch(/^[\w-]{43}$/);
    expect(identitiesOf(wish.email!)).toMatchObject([{ userId: user!.userId, isEnabled: false }]);
    expect(await sagasAbout(service.db, user!.userId)).toBe(1);
    expect((await service.users().getUser({ userId: user!.userId })).user).toEqual(user);
  });

  it("waits until the person can sign in", async () => {
    const wish = person({ waitMs: 5_000 });
    const answer = service.auth().signUp(wish);
    await expect.poll(() => identitiesOf(wish.email!)).toHaveLength(1);
    const [identity] = identitiesOf(wish.email!);
    await expect.poll(() => sagasAbout(service.db, identity!.userId)).toBe(1);

    await completeSignUp(service, identity!.userId);

    const { user, pendingToken } = await answer;
    expect(user).toMatchObject({ userId: identity!.userId, state: UserState.ACTIVE });
    expect(user?.etag).not.toBe("");
    expect(pendingToken).toBe("");
    expect(await eventNamesOf(service.db, user!.userId)).toEqual(["UserCreated 1"]);
  });

  it("keeps the password nowhere, and wipes what is personal when it ends", async () => {
    const wish = person({ password: `${randomUUID()} is mine` });
    const headers = { "idempotency-key": randomUUID() };
    const { user } = await service.auth().signUp(wish, { headers });
    await completeSignUp(service, user!.userId);

    const { rows } = await service.db.query<{ row: string }>(
      "all_rows",
      `select to_json(s)::text as row from sign_ups s where user_id = $1
       union all select encode(value, 'escape') from outbox where key = $1`,
      [user!.userId],
    );

    expect(rows.length).toBeGreaterThan(1);
    for (const { row } of rows)
      for (const text of [wish.password!, wish.email!, wish.displayName!]) expect(row).not.toContain(text);
    expect(JSON.stringify(service.telemetry.lines)).not.toContain(wish.password);
  });

  it("makes one user of twenty who want one address at once", async () => {
    const wish = person();

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        service
          .auth()
          .signUp({ ...wish, email: n % 2 ? wish.email!.toUpperCase() : wish.email! })
          .then(
            () => "made",
            async (error: unknown) => (await refusalOf(Promise.reject(error as Error))).reason,
          ),
      ),
    );

    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 19 }, () => "EMAIL_TAKEN"), "made"]);
    expect(identitiesOf(wish.email!)).toHaveLength(1);
    expect(await holdersOf(service.db, wish.email!)).toHaveLength(1);
    expect(await sagasAbout(service.db, identitiesOf(wish.email!)[0]!.userId)).toBe(1);
  });

  it("does not know one address from another by its case", async () => {
    const userId = await givenUser(service, { email: "Mixed.Case@Example.com" });

    const refusal = await refusalOf(service.auth().signUp(person({ email: "mIXED.cASE@eXAMPLE.COM" })));

    expect(refusal).toMatchObject({ kind: "alreadyExists", reason: "EMAIL_TAKEN" });
    const { user } = await service.users().getUser({ userId });
    expect(user?.email).toBe("mixed.case@example.com");
  });

  it("refuses an address that somebody at the provider has, and lets go of it", async () => {
    const wish = person();
    service.directory.givenIdentity({ email: wish.email! });

    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ reason: "EMAIL_TAKEN" });
    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    expect(await rowsOf(wish.email!)).toBe(0);
  });

  it.each(["passwordpassword", "123456789012"])("refuses the password %j and holds nothing", async (password) => {
    const wish = person({ password });

    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "invalid", reason: "PASSWORD_COMMON" });
    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
  });

  it("refuses the person's own address as the password", async () => {
    const wish = person();
    const refusal = await refusalOf(service.auth().signUp({ ...wish, password: wish.email!.toUpperCase() }));
    expect(refusal).toMatchObject({ reason: "PASSWORD_COMMON" });
  });

  it.each([
    { displayName: "Anna\r\nBcc: everybody@example.com" },
    { displayName: "" },
    { email: "anna@example.com\r\nBcc: everybody@example.com" },
    { email: "ännä@example.com" },
    { email: "no address" },
    { password: "short" },
    { password: `seventeen tame \0 ferrets` },
    { locale: "German, please" },
    { waitMs: 5_001 },
  ])("refuses %j", async (fields) => {
    const refusal = await refusalOf(service.auth().signUp(person(fields)));
    expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
  });

  it("asks the provider about one address five times an hour at most", async () => {
    const wish = person();
    for (let n = 0; n < 5; n += 1) {
      const { user } = await service.auth().signUp(wish);
      await perform(service, WithdrawIdentitySchema, { userId: user!.userId, reason: "UNAVAILABLE" });
    }

    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    expect(identitiesOf(wish.email!)).toEqual([]);
  });

  it("fails with the saga's reason, and frees the address", async () => {
    const wish = person();
    const { user, pendingToken } = await service.auth().signUp(wish);
    const { userId } = user!;
    await perform(service, RemoveProfileSchema, { userId });
    await perform(service, WithdrawIdentitySchema, { userId, reason: "STEP_TIMED_OUT" });

    expect(await refusalOf(service.auth().getSignUp({ pendingToken }))).toMatchObject({
      kind: "refused",
      reason: "SIGN_UP_FAILED",
      metadata: { cause: "STEP_TIMED_OUT" },
    });
    expect(identitiesOf(wish.email!)).toEqual([]);
    expect(await givenUser(service, wish)).not.toBe(userId);
  });
});

describe("SignUp with the provider in trouble", () => {
  it("lets go of the address at once when the provider is away", async () => {
    const wish = person();
    service.directory.isAway = true;

    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
    service.directory.isAway = false;

    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    expect(await givenUser(service, wish)).toBe(identitiesOf(wish.email!)[0]!.userId);
  });

  it("is not stopped by an identity that the provider made although its answer was lost", async () => {
    const wish = person();
    service.directory.after = (operation) => {
      if (operation !== "makeIdentity") return;
      service.directory.after = () => undefined;
      service.directory.isAway = true;
      throw new Error("the answer got lost");
    };
    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "internal" });
    service.directory.isAway = false;
    expect(identitiesOf(wish.email!)).toHaveLength(1);

    const userId = await givenUser(service, wish);

    expect(identitiesOf(wish.email!)).toMatchObject([{ userId, isEnabled: true }]);
  });

  it("leaves no identity when a twin that met trouble let the sign-up go meanwhile", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };
    const made = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    service.directory.after = async (operation) => {
      if (operation !== "makeIdentity") return;
      made.resolve();
      await goOn.promise;
    };
    const first = refusalOf(service.auth().signUp(wish, { headers }));
    await made.promise;
    service.directory.isAway = true;
    expect(await refusalOf(service.auth().signUp(wish, { headers }))).toMatchObject({ kind: "unavailable" });
    service.directory.isAway = false;

    goOn.resolve();

    expect(await first).toMatchObject({ kind: "unavailable" });
    expect(identitiesOf(wish.email!)).toEqual([]);
    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    await givenUser(service, wish);
  });

  it("goes on with the same key where the first request died, before or after the identity was made", async () => {
    for (const moment of ["before", "after"] as const) {
      const wish = person();
      const headers = { "idempotency-key": randomUUID() };
      const died = Promise.withResolvers<void>();
      // A process that dies neither answers nor cleans up.
      service.directory[moment] = async (operation) => {
        if (operation !== "makeIdentity") return;
        died.resolve();
        await new Promise(() => undefined);
      };
      void service
        .auth()
        .signUp(wish, { headers })
        .catch(() => undefined);
      await died.promise;
      service.directory[moment] = () => undefined;
      expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ reason: "EMAIL_TAKEN" });

      const { user } = await service.auth().signUp(wish, { headers });

      await completeSignUp(service, user!.userId);
      expect(identitiesOf(wish.email!)).toMatchObject([{ userId: user!.userId, isEnabled: true }]);
      expect(await sagasAbout(service.db, user!.userId)).toBe(1);
    }
  });
});

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
