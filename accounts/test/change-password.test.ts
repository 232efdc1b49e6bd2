// Drives AuthService.ChangePassword and its sessions over RPC against a real Postgres; the directory is in memory.
import type { Grant } from "@animal-delivery/platform/access/caller";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DomainError } from "@animal-delivery/platform/errors";
import { givenProvedUser, givenUser, PASSWORD, self, startAccounts, subjectsTo, type Accounts } from "./setup.ts";

const NEW_PASSWORD = "nineteen wild otters";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
  service.directory.before = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

/** Whoever is signed in as this user by this session. */
function inSession(userId: string, sessionId: string): Grant {
  const { caller, relations } = self(userId);
  return { caller: { ...caller, user: { ...caller.user!, sessionId } }, relations };
}

async function emailOf(userId: string): Promise<string> {
  return (await service.users().getUser({ userId })).user!.email;
}

async function tokensOf(userId: string): Promise<number> {
  return (await service.db.query("tokens", "select from mail_tokens where user_id = $1", [userId])).rowCount;
}

describe("ChangePassword", () => {
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

  it("changes it, and ends and denies every session but the caller's", async () => {
    const userId = await givenUser(service);
    const [mine, other] = [service.directory.givenSession(userId), service.directory.givenSession(userId)];

    await service.auth(inSession(userId, mine)).changePassword(change);

    expect(await service.directory.checkPassword(userId, NEW_PASSWORD)).toBe(true);
    expect(await service.directory.listSessions(userId)).toMatchObject([{ sessionId: mine }]);
    expect([mine, other].map((id) => service.deniedSessions.isDenied(id))).toEqual([false, true]);
  });

  it("takes back the tokens by which somebody with the old one could come in again", async () => {
    const userId = await givenUser(service);
    const email = await emailOf(userId);
    await service.auth().requestPasswordReset({ email });
    await service.auth(self(userId)).requestEmailChange({ newEmail: "theirs@example.com", password: PASSWORD });
    await expect.poll(() => tokensOf(userId)).toBe(2);

    await service.auth(self(userId)).changePassword(change);

    expect(await tokensOf(userId)).toBe(0);
  });

  it("tells the owner at an address that is proved, and nobody at another", async () => {
    const { userId, email } = await givenProvedUser(service);
    const stranger = await givenUser(service);

    for (const each of [stranger, userId]) await service.auth(self(each)).changePassword(change);

    await expect.poll(() => subjectsTo(service, email)).toContain("Your password was changed");
    expect(subjectsTo(service, await emailOf(stranger))).toEqual([]);
  });

  it("is refused with another password, ten times an hour at most", async () => {
    const userId = await givenUser(service);
    const wrong = { ...change, currentPassword: "not the password" };
    for (let n = 0; n < 10; n += 1) {
      expect(await refusalOf(service.auth(self(userId)).changePassword(wrong))).toMatchObject({
        kind: "refused",
        reason: "PASSWORD_WRONG",
      });
    }

    const refusal = await refusalOf(service.auth(self(userId)).changePassword(change));

    expect(refusal).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
    expect(await service.directory.checkPassword(userId, PASSWORD)).toBe(true);
  });

  it("refuses a common password, and the person's own address", async () => {
    const userId = await givenUser(service);
    for (const newPassword of ["passwordpassword", await emailOf(userId)]) {
      const refusal = await refusalOf(service.auth(self(userId)).changePassword({ ...change, newPassword }));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "PASSWORD_COMMON" });
    }
  });

  it("looks at no new password of whoever tries too often", async () => {
    const userId = await givenUser(service);
    const common = () => service.auth(self(userId)).changePassword({ ...change, newPassword: "passwordpassword" });
    for (let n = 0; n < 10; n += 1) expect(await refusalOf(common())).toMatchObject({ reason: "PASSWORD_COMMON" });

    expect(await refusalOf(common())).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
  });

  it("says when passwords are kept elsewhere", async () => {
    const userId = await givenUser(service);
    service.directory.before = (operation) => {
      if (operation === "checkPassword")
        throw new DomainError("refused", "PASSWORD_ELSEWHERE", "they are kept elsewhere");
    };
    for (const call of [
      () => service.auth(self(userId)).changePassword(change),
      () => service.auth(self(userId)).requestEmailChange({ newEmail: "new@example.com", password: PASSWORD }),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ kind: "refused", reason: "PASSWORD_ELSEWHERE" });
    }
  });

  it("serves somebody whom nobody asked for before, and says when the provider is away", async () => {
    const userId = service.directory.givenIdentity({ password: PASSWORD });
    await service.auth(self(userId)).changePassword(change);
    service.directory.isAway = true;

    expect(await refusalOf(service.auth(self(userId)).changePassword(change))).toMatchObject({ kind: "unavailable" });
  });
});

describe("ListSessions", () => {
  it("tells the caller's, the newest first, and which is theirs", async () => {
    const userId = await givenUser(service);
    const old = service.directory.givenSession(userId, new Date(Date.now() - 60_000));
    const mine = service.directory.givenSession(userId);
    service.directory.givenSession(await givenUser(service));

    const { sessions } = await service.auth(inSession(userId, mine)).listSessions({});

    expect(sessions).toMatchObject([
      { sessionId: mine, current: true, clientId: "first-party" },
      { sessionId: old, current: false },
    ]);
  });
});

describe("RevokeSession", () => {
  it("ends a session of the caller's and denies its tokens", async () => {
    const userId = await givenUser(service);
    const sessionId = service.directory.givenSession(userId);

    await service.auth(self(userId)).revokeSession({ sessionId });

    expect(service.deniedSessions.isDenied(sessionId)).toBe(true);
    expect(await service.directory.listSessions(userId)).toEqual([]);
    expect(await refusalOf(service.auth(self(userId)).revokeSession({ sessionId }))).toMatchObject({
      kind: "notFound",
      reason: "SESSION_NOT_FOUND",
    });
  });

  it("does not touch somebody else's", async () => {
    const [userId, other] = [await givenUser(service), await givenUser(service)];
    const sessionId = service.directory.givenSession(other);

    const refusal = await refusalOf(service.auth(self(userId)).revokeSession({ sessionId }));

    expect(refusal).toMatchObject({ reason: "SESSION_NOT_FOUND" });
    expect(service.deniedSessions.isDenied(sessionId)).toBe(false);
    expect(await service.directory.listSessions(other)).toHaveLength(1);
  });

  it("answers one of ten who revoke it at once", async () => {
    const userId = await givenUser(service);
    const sessionId = service.directory.givenSession(userId);
    const revoke = () => service.auth(self(userId)).revokeSession({ sessionId });

    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, revoke));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
