// Drives UserService.CreateUser through its RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import { UserState, type User } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { rolesRefused } from "../src/directory/directory-errors.ts";
import { completeSignUp, givenUser, holdersOf, startAccounts, type Accounts } from "./setup.ts";

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

async function read(userId: string): Promise<User> {
  const { user } = await service.users().getUser({ userId });
  return user!;
}

describe("CreateUser", () => {
  it("makes a pending user with the roles given, who chooses a password by mail once active", async () => {
    const email = `${randomUUID()}@Example.com`;
    const given = { email, displayName: "Carl C.", phone: "+4915112345678", locale: "de-DE", roles: ["courier"] };
    const made = service.users().createUser({ user: { ...given, userId: "mine", state: UserState.DELETING } });
    await expect.poll(() => service.directory.identities().some((one) => one.email === email.toLowerCase())).toBe(true);
    const identity = service.directory.identities().find((one) => one.email === email.toLowerCase())!;
    await expect
      .poll(
        async () =>
          (await service.db.query("started", "select 1 from sign_ups where user_id = $1", [identity.userId])).rowCount,
      )
      .toBe(1);

    await completeSignUp(service, identity.userId);

    const { user } = await made;
    expect(user).toMatchObject({
      ...given,
      email: email.toLowerCase(),
      userId: identity.userId,
      state: UserState.ACTIVE,
    });
    await expect
      .poll(() => service.mails.find((mail) => mail.to === user!.email)?.subject)
      .toBe("Wählen Sie Ihr Passwort");
    expect(await auditOf(service.db, identity.userId)).toMatchObject([
      {
        actor: "admin-1",
        action: "create",
        resource: "user",
        before: {},
        after: { state: "pending", roles: "courier" },
      },
    ]);
  });

  it("makes one user of twins, a customer unless told", async () => {
    const user = { email: `${randomUUID()}@example.com`, displayName: "Twin" };
    const options = { headers: { "idempotency-key": randomUUID() }, timeoutMs: 900 };

    const answers = await Promise.all(Array.from({ length: 5 }, () => service.users().createUser({ user }, options)));

    expect(new Set(answers.map((answer) => answer.user?.userId)).size).toBe(1);
    expect(answers[0]!.user).toMatchObject({ state: UserState.PENDING, roles: ["customer"] });
    expect(await auditOf(service.db, answers[0]!.user!.userId)).toHaveLength(1);
  });

  it("refuses an address that somebody has", async () => {
    const { email } = await read(await givenUser(service));
    const refusal = await refusalOf(service.users().createUser({ user: { email, displayName: "Late" } }));
    expect(refusal).toMatchObject({ reason: "EMAIL_TAKEN" });
  });

  it("refuses a role that the provider keeps to itself, and frees the address", async () => {
    const user = { email: `${randomUUID()}@example.com`, displayName: "Root", roles: ["admin"] };
    service.directory.before = (operation) => {
      if (operation === "makeIdentity") throw rolesRefused(["admin"]);
    };

    const refusal = await refusalOf(service.users().createUser({ user }));

    expect(refusal).toMatchObject({ kind: "forbidden", reason: "ROLES_REFUSED", metadata: { roles: "admin" } });
    expect(await holdersOf(service.db, user.email)).toEqual([]);
  });
});
