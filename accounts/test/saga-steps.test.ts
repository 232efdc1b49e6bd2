// What sagas have accounts do: each command once, again, and undone before it was done; against a real Postgres.
import {
  CloseAccountSchema,
  ConfirmIdentitySchema,
  CreateProfileSchema,
  DisableIdentitySchema,
  EnableIdentitySchema,
  EraseIdentitySchema,
  EraseProfileSchema,
  RemoveProfileSchema,
  ReopenAccountSchema,
  RestoreIdentitySchema,
  SuspendIdentitySchema,
  WithdrawIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { commandsOf } from "@animal-delivery/platform/saga/step-commands";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sagaSteps } from "../src/consumers/saga-steps.ts";
import {
  ADMIN,
  completeSignUp,
  eventNamesOf,
  givenUser,
  holdersOf,
  perform,
  person,
  self,
  startAccounts,
  type Accounts,
} from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
});
afterAll(() => service[Symbol.asyncDispose]());

function identityOf(userId: string) {
  return service.directory.identities().find((identity) => identity.userId === userId);
}

async function givenSignUp(): Promise<{ userId: string; email: string }> {
  const { user } = await service.auth().signUp(person());
  return { userId: user!.userId, email: user!.email };
}

async function stateOf(userId: string): Promise<string | undefined> {
  const { rows } = await service.db.query<{ state: string }>("state", "select state from users where user_id = $1", [
    userId,
  ]);
  return rows[0]?.state;
}

describe("the steps of accounts", () => {
  it("are ones that a participant can take", () => {
    expect(commandsOf(sagaSteps(service.parts)).size).toBe(12);
  });
});

describe("the saga of a sign-up", () => {
  it("makes an active user, and no more when each command comes twice", async () => {
    const { userId, email } = await givenSignUp();

    for (const schema of [ConfirmIdentitySchema, CreateProfileSchema, EnableIdentitySchema]) {
      await perform(service, schema, { userId });
      if (schema !== EnableIdentitySchema) await perform(service, schema, { userId });
    }
    await perform(service, EnableIdentitySchema, { userId });

    expect(await stateOf(userId)).toBe("active");
    expect(identityOf(userId)).toMatchObject({ isEnabled: true });
    expect(await holdersOf(service.db, email)).toEqual([{ sign_up_id: null, user_id: userId }]);
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1"]);
  });

  it("refuses to confirm an identity that is gone", async () => {
    const { userId } = await givenSignUp();
    await service.directory.deleteIdentity(userId);

    await expect(perform(service, ConfirmIdentitySchema, { userId })).rejects.toMatchObject({
      reason: "SIGN_UP_FAILED",
    });
  });

  it("asks again when the provider is away, and leaves nothing half done", async () => {
    const { userId } = await givenSignUp();
    await perform(service, CreateProfileSchema, { userId });
    service.directory.isAway = true;

    await expect(perform(service, EnableIdentitySchema, { userId })).rejects.toMatchObject({ kind: "unavailable" });
    expect(await stateOf(userId)).toBe("pending");
  });

  it.each([0, 1, 2, 3])("leaves nothing when it is undone after %i steps, each undo twice", async (done) => {
    const { userId, email } = await givenSignUp();
    const steps = [ConfirmIdentitySchema, CreateProfileSchema, EnableIdentitySchema];
    for (const schema of steps.slice(0, done)) await perform(service, schema, { userId });

    for (const schema of [SuspendIdentitySchema, SuspendIdentitySchema, RemoveProfileSchema, RemoveProfileSchema]) {
      await perform(service, schema, { userId });
    }
    expect(await holdersOf(service.db, email)).toHaveLength(1);
    for (let n = 0; n < 2; n += 1) {
      await perform(service, WithdrawIdentitySchema, { userId, reason: "STEP_TIMED_OUT" });
    }

    expect(identityOf(userId)).toBeUndefined();
    expect(await stateOf(userId)).toBeUndefined();
    expect(await holdersOf(service.db, email)).toEqual([]);
    const { rows } = await service.db.query("sign_up", "select state, email, reason from sign_ups where user_id = $1", [
      userId,
    ]);
    expect(rows).toEqual([{ state: "failed", email: null, reason: "STEP_TIMED_OUT" }]);
    // Whoever heard of the user hears that there is none.
    expect(await eventNamesOf(service.db, userId)).toEqual(done === 3 ? ["UserCreated 1", "UserDeleted 2"] : []);
  });

  it("does not make a profile once the sign-up was withdrawn", async () => {
    const { userId } = await givenSignUp();
    await perform(service, WithdrawIdentitySchema, { userId, reason: "STEP_TIMED_OUT" });

    await expect(perform(service, CreateProfileSchema, { userId })).rejects.toMatchObject({ reason: "SIGN_UP_FAILED" });
    await expect(perform(service, EnableIdentitySchema, { userId })).rejects.toMatchObject({
      reason: "USER_NOT_FOUND",
    });
  });
});

describe("the saga of a deletion", () => {
  it("erases the person everywhere, and no more when each command comes twice", async () => {
    const userId = await givenUser(service);
    const { user } = await service.users().getUser({ userId });
    const headers = { "idempotency-key": "mine" };
    await service
      .users(self(userId))
      .updateUser({ user: { userId, phone: "+4915112345678" }, updateMask: { paths: ["phone"] } }, { headers });
    await service
      .users(ADMIN)
      .updateUser({ user: { userId, locale: "de-DE" }, updateMask: { paths: ["locale"] } }, { headers });
    await service.auth(self(userId)).requestEmailVerification({});
    await expect.poll(() => service.mails.filter((mail) => mail.to === user!.email)).toHaveLength(1);
    const sessionId = service.directory.givenSession(userId);

    for (const schema of [CloseAccountSchema, DisableIdentitySchema, EraseProfileSchema, EraseIdentitySchema]) {
      await perform(service, schema, { userId });
      if (schema !== EraseProfileSchema && schema !== EraseIdentitySchema) await perform(service, schema, { userId });
    }
    await perform(service, EraseProfileSchema, { userId });
    await perform(service, EraseIdentitySchema, { userId });

    expect(identityOf(userId)).toBeUndefined();
    expect(service.deniedSessions.isDenied(sessionId)).toBe(true);
    expect(await tracesOf(userId, user!.email)).toEqual([]);
    expect(service.mails.filter((mail) => mail.to === user!.email)).toEqual([]);
    expect(await eventNamesOf(service.db, userId)).toEqual([
      "UserCreated 1",
      "UserUpdated 2",
      "UserUpdated 3",
      "UserDeleted 4",
    ]);
    expect(await givenUser(service, { email: user!.email })).not.toBe(userId);
  });

  it("does not bring a profile back while the identity waits to be erased", async () => {
    const userId = await givenUser(service);
    for (const schema of [CloseAccountSchema, DisableIdentitySchema, EraseProfileSchema]) {
      await perform(service, schema, { userId });
    }

    expect(await refusalOf(service.users().getUser({ userId }))).toMatchObject({ reason: "USER_NOT_FOUND" });
    await service.directory.setEnabled(userId, true);
    expect(await refusalOf(service.users().getUser({ userId }))).toMatchObject({ reason: "USER_NOT_FOUND" });
  });

  it("gives everything back but the sessions when it is undone, each undo twice", async () => {
    const userId = await givenUser(service);
    service.directory.givenSession(userId);
    await perform(service, CloseAccountSchema, { userId });
    await perform(service, DisableIdentitySchema, { userId });
    expect(identityOf(userId)).toMatchObject({ isEnabled: false });

    for (let n = 0; n < 2; n += 1) await perform(service, RestoreIdentitySchema, { userId });
    for (let n = 0; n < 2; n += 1) await perform(service, ReopenAccountSchema, { userId, reason: "CUSTOMER_BUSY" });

    expect(identityOf(userId)).toMatchObject({ isEnabled: true });
    expect(await service.directory.listSessions(userId)).toEqual([]);
    expect((await service.users().getUser({ userId })).user).toMatchObject({ state: UserState.ACTIVE });
  });

  it("leaves a user as they are whose deletion is undone before it began", async () => {
    const userId = await givenUser(service);
    const { user } = await service.users().getUser({ userId });

    await perform(service, RestoreIdentitySchema, { userId });
    await perform(service, ReopenAccountSchema, { userId, reason: "STEP_TIMED_OUT" });

    expect((await service.users().getUser({ userId })).user).toEqual(user);
  });

  it("refuses to close an account that is not there or not ready", async () => {
    const { userId } = await givenSignUp();
    await expect(perform(service, CloseAccountSchema, { userId })).rejects.toMatchObject({ reason: "USER_NOT_FOUND" });
    await perform(service, CreateProfileSchema, { userId });
    await expect(perform(service, CloseAccountSchema, { userId })).rejects.toMatchObject({
      reason: "USER_STATE_REFUSED",
      metadata: { state: "pending" },
    });
  });

  it("goes on although the provider does not know the person any more", async () => {
    const userId = await givenUser(service);
    await service.directory.deleteIdentity(userId);

    for (const schema of [CloseAccountSchema, DisableIdentitySchema, EraseProfileSchema, EraseIdentitySchema]) {
      await perform(service, schema, { userId });
    }
    expect(await stateOf(userId)).toBeUndefined();
  });

  it("comes to the same when its commands meet a sign-up that is still under way", async () => {
    const { userId } = await givenSignUp();
    await perform(service, ReopenAccountSchema, { userId, reason: "USER_NOT_FOUND" });
    await completeSignUp(service, userId);
    expect(await stateOf(userId)).toBe("active");
  });
});

/** Where the database still holds the person's id or address; the outbox and the memory of the erasure may hold the id. */
async function tracesOf(userId: string, email: string): Promise<string[]> {
  const { rows } = await service.db.query<{ table_name: string }>(
    "tables",
    `select table_name from information_schema.tables
      where table_schema = 'public' and table_name not in ('outbox', 'erasures')`,
  );
  const found = await Promise.all(
    rows.map(async ({ table_name: table }) => {
      const { rowCount } = await service.db.query(
        "traces",
        `select 1 from ${table} t
          where position($1 in t::text) > 0 or position($2 in t::text) > 0
             or position(encode(convert_to($1, 'UTF8'), 'hex') in t::text) > 0`,
        [userId, email],
      );
      return rowCount > 0 ? [table] : [];
    }),
  );
  return found.flat();
}
