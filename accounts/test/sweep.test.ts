// What crashes left is put right, and what a saga has in hand is left alone; against a real Postgres.
import { randomUUID } from "node:crypto";
import {
  DisableIdentitySchema,
  WithdrawIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sweep } from "../src/app/sweep.ts";
import { purgeAccounts } from "../src/store/purge.ts";
import { givenUser, holdersOf, perform, person, startAccounts, type Accounts } from "./setup.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const NEVER = new AbortController().signal;
const SOON = { timeout: 10_000 };

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.before = () => undefined;
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * MINUTE_MS);
}

function identityOf(userId: string) {
  return service.directory.identities().find((identity) => identity.userId === userId);
}

/** The process of a sign-up dies at this moment; the address stays held. */
async function givenDeadSignUp(moment: "before" | "after", headers: Record<string, string> = {}) {
  const wish = person();
  const died = Promise.withResolvers<void>();
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
  return { ...wish, email: wish.email! };
}

/** Whether a statement waits for somebody's lock. */
async function waiting(): Promise<boolean> {
  const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  return (await service.db.query("waits", waits)).rowCount > 0;
}

describe("sweep", () => {
  it("frees the address of a sign-up that died, with its identity, once it is old enough", async () => {
    for (const moment of ["before", "after"] as const) {
      const { email } = await givenDeadSignUp(moment);

      await sweep(service.parts, inMinutes(4), NEVER);
      expect(await holdersOf(service.db, email)).toHaveLength(1);
      await sweep(service.parts, inMinutes(6), NEVER);

      expect(await holdersOf(service.db, email)).toEqual([]);
      expect(service.directory.identities().filter((identity) => identity.email === email)).toEqual([]);
      await givenUser(service, { email });
    }
  });

  it("deletes identities whose sign-up is unknown or failed", async () => {
    const unknown = service.directory.givenIdentity({ isEnabled: false, signUpId: randomUUID() });
    const { user } = await service.auth().signUp(person());
    const failed = user!.userId;
    const identity = identityOf(failed)!;
    await perform(service, WithdrawIdentitySchema, { userId: failed, reason: "UNAVAILABLE" });
    const late = service.directory.givenIdentity({ isEnabled: false, signUpId: identity.signUpId });

    await sweep(service.parts, inMinutes(6), NEVER);

    expect([unknown, failed, late].map(identityOf)).toEqual([undefined, undefined, undefined]);
  });

  it("leaves alone whom a saga makes or deletes, whoever was suspended, and those of somebody else's making", async () => {
    const { user } = await service.auth().signUp(person());
    const deleted = await givenUser(service);
    await perform(service, DisableIdentitySchema, { userId: deleted });
    const suspended = await givenUser(service);
    await service.directory.setEnabled(suspended, false);
    await service.db.query("forget_sign_ups", "delete from sign_ups where user_id = any ($1)", [[deleted, suspended]]);
    const foreign = service.directory.givenIdentity({ isEnabled: false, signUpId: "not one of ours" });
    const plain = service.directory.givenIdentity({ isEnabled: false });

    await sweep(service.parts, inMinutes(6), NEVER);

    for (const userId of [user!.userId, deleted, suspended, foreign, plain]) expect(identityOf(userId)).toBeDefined();
  });

  it("finds an orphan behind hundreds who were suspended before", async () => {
    const suspended = Array.from({ length: 300 }, (_, second) =>
      service.directory.givenIdentity({ isEnabled: false, signUpId: randomUUID(), createdAt: new Date(second) }),
    );
    await service.db.query(
      "given_profiles",
      `insert into users (user_id, email, email_verified, display_name, phone, locale, roles, state, version, revision,
                          created_at, updated_at, followed_at)
       select user_id, user_id || '@example.com', false, 'Anna', '', '', '{customer}', 'active', 1, 1, now(), now(), now()
         from unnest($1::text[]) user_id`,
      [suspended],
    );
    const orphan = service.directory.givenIdentity({ isEnabled: false, signUpId: randomUUID() });

    await sweep(service.parts, inMinutes(6), NEVER);

    expect(identityOf(orphan)).toBeUndefined();
    expect(suspended.map(identityOf)).not.toContain(undefined);
  });

  it("takes no identity from a repetition that goes on with the sign-up at that moment", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const wish = await givenDeadSignUp("after", headers);
    let repetition: Promise<PromiseSettledResult<unknown>[]> | undefined;
    let hasEnded = false;
    service.directory.before = async (operation) => {
      if (operation !== "deleteIdentity" || repetition) return;
      repetition = Promise.allSettled([service.auth().signUp(wish, { headers })]).finally(() => (hasEnded = true));
      await expect.poll(async () => hasEnded || (await waiting()), SOON).toBe(true);
    };

    await sweep(service.parts, inMinutes(6), NEVER);
    await repetition;

    const { rows } = await service.db.query<{ user_id: string }>(
      "started",
      "select user_id from sign_ups where email = $1 and state = 'started'",
      [wish.email],
    );
    expect(rows.filter(({ user_id: userId }) => !identityOf(userId))).toEqual([]);
    expect((await service.auth().signUp(wish, { headers })).user).toMatchObject({ email: wish.email });
  });

  it("does no harm when several processes sweep at once", async () => {
    const wishes = [await givenDeadSignUp("after"), await givenDeadSignUp("before"), await givenDeadSignUp("after")];

    await Promise.all(Array.from({ length: 5 }, () => sweep(service.parts, inMinutes(6), NEVER)));

    for (const { email } of wishes) expect(await holdersOf(service.db, email)).toEqual([]);
  });

  it("compares a user with the provider whose change there was cut off", async () => {
    const userId = await givenUser(service);
    await service.db.query("cut_off", "update users set followed_at = null where user_id = $1", [userId]);
    await service.directory.setRoles(userId, ["customer", "courier"]);

    await sweep(service.parts, new Date(), NEVER);

    const { rows } = await service.db.query("roles", "select roles, followed_at from users where user_id = $1", [
      userId,
    ]);
    expect(rows).toEqual([{ roles: ["customer", "courier"], followed_at: expect.any(Date) as Date }]);
  });
});

describe("purgeAccounts", () => {
  it("forgets a sign-up a day after its end, and what was counted after an hour", async () => {
    const { user, pendingToken } = await service.auth().signUp(person());
    await perform(service, WithdrawIdentitySchema, { userId: user!.userId, reason: "UNAVAILABLE" });

    await purgeAccounts(service.db, new Date(Date.now() + DAY_MS - MINUTE_MS), NEVER);
    expect(await refusalOf(service.auth().getSignUp({ pendingToken }))).toMatchObject({ reason: "SIGN_UP_FAILED" });
    const deleted = await purgeAccounts(service.db, new Date(Date.now() + DAY_MS + MINUTE_MS), NEVER);

    expect(deleted.sign_ups).toBeGreaterThan(0);
    expect(await refusalOf(service.auth().getSignUp({ pendingToken }))).toMatchObject({ reason: "SIGN_UP_NOT_FOUND" });
    expect((await service.db.query("attempts", "select from attempts")).rowCount).toBe(0);
  });
});
