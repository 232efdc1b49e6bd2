// Drives UserService.UpdateUser through its RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import type { User, UserSchema } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  eventNamesOf,
  givenProvedUser,
  givenUser,
  holdersOf,
  PASSWORD,
  self,
  startAccounts,
  subjectsTo,
  tokenOf,
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
    { locale: `de${"-abcdefgh".repeat(4)}` },
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
    expect(await auditOf(service.db, userId)).toHaveLength(1);
  });

  it("lets nobody change their own roles, and writes down who tried", async () => {
    const [userId, admin] = [await givenUser(service), service.directory.givenIdentity({ roles: ["admin"] })];
    for (const [who, grant, roles] of [
      [userId, self(userId), "customer"],
      [admin, { ...ADMIN, caller: { ...ADMIN.caller, actor: admin } }, "admin"],
    ] as const) {
      const refusal = await refusalOf(update(who, { roles: ["admin", "courier"] }, { grant }));
      expect(refusal).toMatchObject({ kind: "forbidden", reason: "ROLES_REFUSED" });
      expect(await auditOf(service.db, who)).toMatchObject([
        {
          actor: who,
          action: "set_roles",
          resource: "user",
          before: { roles },
          after: { roles, refused: "admin,courier" },
        },
      ]);
    }
    expect(identityOf(userId)?.roles).toEqual(["customer"]);
  });

  it("changes roles at the provider too, and writes down who did", async () => {
    const userId = await givenUser(service);

    const user = await update(userId, { roles: ["dispatcher", "courier"] });

    expect(user.roles).toEqual(["courier", "dispatcher"]);
    expect(identityOf(userId)?.roles).toEqual(["courier", "dispatcher"]);
    expect(await auditOf(service.db, userId)).toMatchObject([
      {
        actor: "admin-1",
        action: "set_roles",
        resource: "user",
        before: { roles: "customer" },
        after: { roles: "courier,dispatcher" },
      },
    ]);
  });

  it("signs out whoever loses a role, and nobody who gets one", async () => {
    const userId = await givenUser(service);
    const sessionId = service.directory.givenSession(userId);

    await update(userId, { roles: ["customer", "admin"] });
    expect(service.deniedSessions.isDenied(sessionId)).toBe(false);
    await update(userId, { roles: ["customer"] });

    expect(service.deniedSessions.isDenied(sessionId)).toBe(true);
    expect(await service.directory.listSessions(userId)).toEqual([]);
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

  it("tells the owner at the address that was taken from them", async () => {
    const { userId, email: before } = await givenProvedUser(service);

    await update(userId, { email: `${randomUUID()}@example.com` });

    await expect.poll(() => subjectsTo(service, before)).toContain("Your e-mail address was changed");
  });

  it("has the last word: a token for another address that was mailed before is no good", async () => {
    const userId = await givenUser(service);
    const theirs = `${randomUUID()}@example.com`;
    await service.auth(self(userId)).requestEmailChange({ newEmail: theirs, password: PASSWORD });
    await expect.poll(() => service.mails.find((mail) => mail.to === theirs)).toBeDefined();
    const email = `${randomUUID()}@example.com`;

    await update(userId, { email });

    const token = tokenOf(service.mails.find((mail) => mail.to === theirs));
    expect(await refusalOf(service.auth().verifyEmail({ token }))).toMatchObject({ reason: "MAIL_TOKEN_INVALID" });
    expect((await read(userId)).email).toBe(email);
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

  it("does not take for settled what died before and nobody compared since", async () => {
    const userId = await givenUser(service);
    service.directory.after = (operation) => {
      if (operation === "setRoles") throw new Error("the process dies");
    };
    expect(await refusalOf(update(userId, { roles: ["courier"] }))).toMatchObject({ kind: "internal" });
    service.directory.after = () => undefined;
    service.directory.isAway = true;
    await update(userId, { displayName: "Not at the provider" });
    await update(userId, { roles: ["customer"] });
    service.directory.isAway = false;

    expect(await read(userId)).toMatchObject({ roles: ["courier"], displayName: "Not at the provider" });
  });

  it("changes nothing while the provider is away", async () => {
    const userId = await givenUser(service);
    const before = await read(userId);
    service.directory.isAway = true;

    expect(await refusalOf(update(userId, { roles: ["courier"] }))).toMatchObject({ kind: "unavailable" });
    expect(await auditOf(service.db, userId)).toEqual([]);
    expect((await update(userId, { displayName: "Not at the provider" })).roles).toEqual(before.roles);
  });

  it("does not know somebody else's profile", async () => {
    const [userId, other] = [await givenUser(service), await givenUser(service)];
    const refusal = await refusalOf(update(userId, { displayName: "Mine" }, { grant: self(other) }));
    expect(refusal).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });
});
