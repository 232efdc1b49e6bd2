// Drives the reads and changes of UserService through its RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import { UserState, type User, type UserSchema } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  completeSignUp,
  eventNamesOf,
  givenUser,
  holdersOf,
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
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

function identityOf(userId: string) {
  return service.directory.identities().find((identity) => identity.userId === userId);
}

async function read(userId: string): Promise<User> {
  const { user } = await service.users().getUser({ userId });
  return user!;
}

type Values = Extract<MessageInitShape<typeof UserSchema>, { $typeName?: never }>;

async function update(
  userId: string,
  values: Values,
  { grant = ADMIN, etag = "", paths = pathsOf(values) }: Asked = {},
) {
  const request = { user: { ...values, userId }, updateMask: { paths }, etag };
  return (await service.users(grant).updateUser(request)).user!;
}

interface Asked {
  grant?: Grant;
  etag?: string;
  paths?: string[];
}

function pathsOf(values: Values): string[] {
  return Object.keys(values).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Whoever reads the user next asks the provider. */
async function forgetFollowing(userId: string): Promise<void> {
  await service.db.query("forget_following", "update users set followed_at = null where user_id = $1", [userId]);
}

describe("GetUser", () => {
  it("tells people of themselves and admins of everybody", async () => {
    const userId = await givenUser(service);

    const mine = await service.users(self(userId)).getUser({ userId });

    expect(mine.user).toMatchObject({ userId, state: UserState.ACTIVE });
    expect(await read(userId)).toEqual(mine.user);
    const other = await givenUser(service);
    const refusal = await refusalOf(service.users(self(other)).getUser({ userId }));
    expect(refusal).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });

  it("gives somebody whom the provider knows a profile, once, when twenty ask at once", async () => {
    const userId = service.directory.givenIdentity({ username: "carl", email: "carl@example.com", roles: ["courier"] });

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.users(self(userId)).getUser({ userId })),
    );

    for (const { user } of answers) expect(user).toEqual(answers[0]!.user);
    expect(answers[0]!.user).toMatchObject({ displayName: "carl", email: "carl@example.com", roles: ["courier"] });
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1"]);
    expect(await refusalOf(service.auth().signUp(person({ email: "carl@example.com" })))).toMatchObject({
      reason: "EMAIL_TAKEN",
    });
  });

  it("gives a profile to people without an address, and to two of them", async () => {
    const ids = ["norah", "otto"].map((username) => service.directory.givenIdentity({ username, email: "" }));
    for (const userId of ids) expect(await read(userId)).toMatchObject({ email: "", state: UserState.ACTIVE });
    expect((await update(ids[0]!, { displayName: "Norah" })).displayName).toBe("Norah");
  });

  it("does not know whom the provider does not know, or does not let in", async () => {
    const disabled = service.directory.givenIdentity({ isEnabled: false });
    for (const userId of [randomUUID(), disabled]) {
      expect(await refusalOf(service.users().getUser({ userId }))).toMatchObject({ reason: "USER_NOT_FOUND" });
    }
  });

  it("answers what it has while the provider is away", async () => {
    const userId = await givenUser(service);
    await forgetFollowing(userId);
    service.directory.isAway = true;

    expect(await read(userId)).toMatchObject({ userId });
    const unknown = randomUUID();
    expect(await refusalOf(service.users().getUser({ userId: unknown }))).toMatchObject({ kind: "unavailable" });
  });

  it("follows what changed at the provider, and tells the world", async () => {
    const userId = await givenUser(service);
    const email = `${randomUUID()}@example.com`;
    await service.directory.setEmail(userId, email, true);
    await service.directory.setRoles(userId, ["courier", "of another platform"]);
    await forgetFollowing(userId);

    const answers = await Promise.all(Array.from({ length: 10 }, () => read(userId)));

    for (const user of answers) expect(user).toMatchObject({ email, emailVerified: true, roles: ["courier"] });
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
    expect(await holdersOf(service.db, email)).toMatchObject([{ user_id: userId }]);
  });

  it("follows two people who swapped an address at the provider", async () => {
    const [a, b] = [await givenUser(service), await givenUser(service)];
    const [ofA, ofB] = [(await read(a)).email, (await read(b)).email];
    await service.directory.setEmail(a, "between@example.com", false);
    await service.directory.setEmail(b, ofA, false);
    for (const userId of [a, b]) await forgetFollowing(userId);

    expect(await read(b)).toMatchObject({ email: ofA });
    expect(await read(a)).toMatchObject({ email: "between@example.com" });
    expect(await holdersOf(service.db, ofB)).toEqual([]);
  });
});

describe("UpdateUser", () => {
  it("changes the fields of the mask and nothing else", async () => {
    const userId = await givenUser(service);
    const before = await read(userId);

    const after = await update(
      userId,
      { phone: "+4915112345678", displayName: "not looked at" },
      { grant: self(userId), paths: ["phone"] },
    );

    expect(after).toEqual({ ...before, phone: "+4915112345678", etag: after.etag, updatedAt: after.updatedAt });
    expect(after.etag).not.toBe(before.etag);
    expect(await read(userId)).toEqual(after);
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
  });

  it("writes nothing when nothing changes", async () => {
    const userId = await givenUser(service);
    const before = await read(userId);

    expect(await update(userId, { email: before.email.toUpperCase(), roles: before.roles })).toEqual(before);
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1"]);
  });

  it.each(["user_id", "state", "etag", "email_verified", "created_at", "wings", "*", ""])(
    "refuses the path %j",
    async (path) => {
      const userId = await givenUser(service);
      const refusal = await refusalOf(update(userId, { displayName: "changed" }, { paths: ["display_name", path] }));
      expect(refusal).toMatchObject({ reason: "REQUEST_INVALID", metadata: { field: "update_mask", path } });
    },
  );

  it.each<Values>([
    { displayName: "" },
    { displayName: "two\r\nlines" },
    { phone: "0151" },
    { locale: "German" },
    { email: "nobody" },
    { roles: ["emperor"] },
  ])("refuses %j", async (values) => {
    const userId = await givenUser(service);
    expect(await refusalOf(update(userId, values))).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
  });

  it("refuses a user who changed since", async () => {
    const userId = await givenUser(service);
    const { etag } = await read(userId);
    await update(userId, { displayName: "First" }, { etag });

    expect(await refusalOf(update(userId, { displayName: "Second" }, { etag }))).toMatchObject({
      reason: "ETAG_STALE",
    });
  });

  it("lets one of twenty change what all of them saw", async () => {
    const userId = await givenUser(service);
    const { etag } = await read(userId);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => update(userId, { displayName: `Name ${n}`, roles: ["courier"] }, { etag })),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
  });

  it("lets nobody change their own roles, and writes down who tried", async () => {
    const [userId, admin] = [await givenUser(service), service.directory.givenIdentity({ roles: ["admin"] })];
    for (const [who, grant] of [
      [userId, self(userId)],
      [admin, { ...ADMIN, caller: { ...ADMIN.caller, actor: admin } }],
    ] as const) {
      const refusal = await refusalOf(update(who, { roles: ["admin", "courier"] }, { grant }));
      expect(refusal).toMatchObject({ kind: "forbidden", reason: "ROLES_REFUSED" });
      expect(service.telemetry.lines).toContainEqual(
        expect.objectContaining({ audit: true, actor: who, user_id: who }),
      );
    }
    expect(identityOf(userId)?.roles).toEqual(["customer"]);
  });

  it("changes roles at the provider too, and writes down who did", async () => {
    const userId = await givenUser(service);

    const user = await update(userId, { roles: ["dispatcher", "courier"] });

    expect(user.roles).toEqual(["courier", "dispatcher"]);
    expect(identityOf(userId)?.roles).toEqual(["courier", "dispatcher"]);
    expect(service.telemetry.lines).toContainEqual(
      expect.objectContaining({ audit: true, actor: "admin-1", before: "customer", after: "courier,dispatcher" }),
    );
  });

  it("wants people to prove a new address", async () => {
    const userId = await givenUser(service);
    const refusal = await refusalOf(update(userId, { email: "new@example.com" }, { grant: self(userId) }));
    expect(refusal).toMatchObject({ kind: "refused", reason: "EMAIL_NEEDS_PROOF" });
  });

  it("has an admin change an address everywhere, and frees the old one", async () => {
    const userId = await givenUser(service);
    const { email: before } = await read(userId);
    const email = `${randomUUID()}@example.com`;

    const user = await update(userId, { email: email.toUpperCase() });

    expect(user).toMatchObject({ email, emailVerified: false });
    expect(identityOf(userId)).toMatchObject({ email, username: email });
    expect(await holdersOf(service.db, before)).toEqual([]);
    await givenUser(service, { email: before });
  });

  it("refuses an address that somebody has here or at the provider", async () => {
    const userId = await givenUser(service);
    const taken = (await read(await givenUser(service))).email;
    service.directory.givenIdentity({ email: "elsewhere@example.com" });

    for (const email of [taken, "elsewhere@example.com"]) {
      expect(await refusalOf(update(userId, { email }))).toMatchObject({
        kind: "alreadyExists",
        reason: "EMAIL_TAKEN",
      });
    }
    expect(await holdersOf(service.db, "elsewhere@example.com")).toEqual([]);
  });

  it("gives one of ten users an address that all want at once", async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => givenUser(service)));
    const email = `${randomUUID()}@example.com`;

    const outcomes = await Promise.allSettled(ids.map((userId) => update(userId, { email })));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(service.directory.identities().filter((identity) => identity.email === email)).toHaveLength(1);
  });

  it("converges when it dies after the provider changed", async () => {
    const userId = await givenUser(service);
    const email = `${randomUUID()}@example.com`;
    service.directory.after = (operation) => {
      if (operation === "setEmail") throw new Error("the process dies");
    };

    expect(await refusalOf(update(userId, { email }))).toMatchObject({ kind: "internal" });

    expect(identityOf(userId)).toMatchObject({ email });
    expect(await read(userId)).toMatchObject({ email });
    expect(await holdersOf(service.db, email)).toMatchObject([{ user_id: userId }]);
  });

  it("changes nothing while the provider is away", async () => {
    const userId = await givenUser(service);
    const before = await read(userId);
    service.directory.isAway = true;

    expect(await refusalOf(update(userId, { roles: ["courier"] }))).toMatchObject({ kind: "unavailable" });
    expect((await update(userId, { displayName: "Not at the provider" })).roles).toEqual(before.roles);
  });

  it("does not know somebody else's profile", async () => {
    const [userId, other] = [await givenUser(service), await givenUser(service)];
    const refusal = await refusalOf(update(userId, { displayName: "Mine" }, { grant: self(other) }));
    expect(refusal).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });
});

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
    expect(service.telemetry.lines).toContainEqual(expect.objectContaining({ audit: true, user_id: identity.userId }));
  });

  it("makes one user of twins, a customer unless told", async () => {
    const user = { email: `${randomUUID()}@example.com`, displayName: "Twin" };
    const options = { headers: { "idempotency-key": randomUUID() }, timeoutMs: 900 };

    const answers = await Promise.all(Array.from({ length: 5 }, () => service.users().createUser({ user }, options)));

    expect(new Set(answers.map((answer) => answer.user?.userId)).size).toBe(1);
    expect(answers[0]!.user).toMatchObject({ state: UserState.PENDING, roles: ["customer"] });
  });

  it("refuses an address that somebody has", async () => {
    const { email } = await read(await givenUser(service));
    const refusal = await refusalOf(service.users().createUser({ user: { email, displayName: "Late" } }));
    expect(refusal).toMatchObject({ reason: "EMAIL_TAKEN" });
  });
});
