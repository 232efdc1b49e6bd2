// Drives AuthService.SignUp through its RPC surface against a real Postgres; the directory is in memory.
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
