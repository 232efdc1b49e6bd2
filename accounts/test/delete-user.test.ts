// Drives UserService.DeleteUser through its RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import {
  CloseAccountSchema,
  DisableIdentitySchema,
  EraseProfileSchema,
  ReopenAccountSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenUser, perform, person, sagasAbout, self, startAccounts, type Accounts } from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterAll(() => service[Symbol.asyncDispose]());

/** Resolves when the deletion has begun. */
async function begun(userId: string): Promise<void> {
  const state = async () => (await service.users().getUser({ userId })).user?.state;
  await expect.poll(state).toBe(UserState.DELETING);
}

/** A call that does not wait long. */
const SOON = { timeoutMs: 1_000 };

describe("DeleteUser", () => {
  it("answers the user once the deletion is certain", async () => {
    const userId = await givenUser(service);
    const before = (await service.users().getUser({ userId })).user;
    const deletion = service.users(self(userId)).deleteUser({ userId });
    await begun(userId);

    await perform(service, CloseAccountSchema, { userId });
    await perform(service, DisableIdentitySchema, { userId });

    const { user } = await deletion;
    expect(user).toMatchObject({ userId, email: before?.email, state: UserState.DELETING });
    expect(await sagasAbout(service.db, userId)).toBe(2);
    expect(await auditOf(service.db, userId)).toEqual([]);
  });

  it("answers although the user is gone by then", async () => {
    const userId = await givenUser(service);
    const deletion = service.users().deleteUser({ userId });
    await begun(userId);

    for (const schema of [DisableIdentitySchema, EraseProfileSchema]) await perform(service, schema, { userId });

    expect((await deletion).user).toMatchObject({ userId });
    expect(await auditOf(service.db, userId)).toMatchObject([
      {
        actor: "admin-1",
        action: "delete",
        resource: "user",
        before: { state: "active" },
        after: { state: "deleting", saga_id: expect.any(String) },
      },
    ]);
  });

  it("is refused with the reason of the service that said no, and may be tried again with the same key", async () => {
    const userId = await givenUser(service);
    const headers = { "idempotency-key": randomUUID() };
    const deletion = refusalOf(service.users(self(userId)).deleteUser({ userId }, { headers }));
    await begun(userId);

    await perform(service, ReopenAccountSchema, { userId, reason: "CUSTOMER_BUSY" });

    expect(await deletion).toMatchObject({
      kind: "refused",
      reason: "USER_BUSY",
      metadata: { cause: "CUSTOMER_BUSY" },
    });
    expect((await service.users().getUser({ userId })).user?.state).toBe(UserState.ACTIVE);
    const again = service.users(self(userId)).deleteUser({ userId }, { headers });
    await begun(userId);
    await perform(service, DisableIdentitySchema, { userId });
    expect((await again).user).toMatchObject({ userId });
    expect(await sagasAbout(service.db, userId)).toBe(3);
  });

  it("answers when its time is over, and twins of one key the same", async () => {
    const userId = await givenUser(service);
    const options = { ...SOON, headers: { "idempotency-key": randomUUID() } };

    const answers = await Promise.all(Array.from({ length: 5 }, () => service.users().deleteUser({ userId }, options)));

    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.user?.state).toBe(UserState.DELETING);
    expect(await sagasAbout(service.db, userId)).toBe(2);
  });

  it("begins once when twenty want it at once", async () => {
    const userId = await givenUser(service);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => service.users().deleteUser({ userId }, SOON)),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await sagasAbout(service.db, userId)).toBe(2);
    expect(await auditOf(service.db, userId)).toHaveLength(1);
  });

  it("is refused while the user is being deleted, and so is everything else", async () => {
    const userId = await givenUser(service);
    await service.users().deleteUser({ userId }, SOON);
    const mine = self(userId);
    const refused = { kind: "refused", reason: "USER_STATE_REFUSED", metadata: { state: "deleting" } };

    const update = { user: { userId, displayName: "Late" }, updateMask: { paths: ["display_name"] } };
    const change = { currentPassword: "seventeen tame ferrets", newPassword: "nineteen wild otters" };
    for (const call of [
      () => service.users(mine).deleteUser({ userId }),
      () => service.users(mine).updateUser(update),
      () => service.auth(mine).changePassword(change),
      () => service.auth(mine).requestEmailVerification({}),
      () => service.auth(mine).requestEmailChange({ newEmail: "late@example.com", password: "seventeen tame ferrets" }),
    ]) {
      expect(await refusalOf(call())).toMatchObject(refused);
    }
  });

  it("is refused to somebody who saw another state, and knows nobody else", async () => {
    const userId = await givenUser(service);

    expect(await refusalOf(service.users().deleteUser({ userId, etag: "v999" }))).toMatchObject({
      reason: "ETAG_STALE",
    });
    for (const call of [
      () => service.users(self("somebody-else")).deleteUser({ userId }),
      () => service.users().deleteUser({ userId: randomUUID() }),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
    }
    expect(await sagasAbout(service.db, userId)).toBe(1);
  });

  it("holds the address until the person is erased, and lets somebody sign up with it then", async () => {
    const userId = await givenUser(service);
    const { email } = (await service.users().getUser({ userId })).user!;
    await service.users().deleteUser({ userId }, SOON);
    await perform(service, DisableIdentitySchema, { userId });
    expect(await refusalOf(service.auth().signUp(person({ email })))).toMatchObject({ reason: "EMAIL_TAKEN" });

    await perform(service, EraseProfileSchema, { userId });
    // The provider has the identity a moment longer: it is in nobody's way.
    expect(await givenUser(service, { email })).not.toBe(userId);
  });
});
