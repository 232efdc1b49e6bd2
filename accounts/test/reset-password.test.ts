// Drives AuthService.RequestPasswordReset and ResetPassword over RPC against a real Postgres.
import { randomUUID } from "node:crypto";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { EraseProfileSchema } from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { requestReset } from "../src/app/request-mail.ts";
import {
  givenProvedUser,
  givenUser,
  PASSWORD,
  perform,
  self,
  startAccounts,
  subjectsTo,
  tokenOf,
  type Accounts,
} from "./setup.ts";

const NEW_PASSWORD = "nineteen wild otters";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
  service.directory.before = () => undefined;
  service.directory.after = () => undefined;
  service.onSend = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

async function emailOf(userId: string): Promise<string> {
  return (await service.users().getUser({ userId })).user!.email;
}

function mailsTo(email: string) {
  return service.mails.filter((mail) => mail.to === email);
}

async function resetTokenOf(email: string): Promise<string> {
  const before = mailsTo(email).length;
  await service.auth().requestPasswordReset({ email });
  await expect.poll(() => mailsTo(email).length).toBe(before + 1);
  return tokenOf(mailsTo(email).at(-1));
}

/** Mails and tokens by which the address could change. */
async function leftOver(userId: string): Promise<number> {
  const text = `select 1 from mails where user_id = $1 and kind = 'change_email'
                 union all select 1 from mail_tokens where user_id = $1 and purpose = 'change'`;
  return (await service.db.query("left_over", text, [userId])).rowCount;
}

async function isSomebodyWaiting(): Promise<boolean> {
  return (await service.db.query("waiting", "select from pg_locks where not granted")).rowCount > 0;
}

async function queuedMails(): Promise<number> {
  return (await service.db.query("queued", "select from mails")).rowCount;
}

describe("RequestPasswordReset", () => {
  it("sends a mail with a token that is kept as a hash alone", async () => {
    const userId = await givenUser(service, { locale: "de-DE" });
    const email = await emailOf(userId);

    const token = await resetTokenOf(email.toUpperCase().toLowerCase());

    expect(mailsTo(email)).toMatchObject([{ subject: "Wählen Sie ein neues Passwort" }]);
    expect(mailsTo(email)[0]?.text).toContain(`https://animals.example/reset-password#token=${token}`);
    expect(token).toMatch(/^[\w-]{43}$/);
    const { rows } = await service.db.query<{ row: string }>("tokens", "select t::text as row from mail_tokens t");
    expect(JSON.stringify(rows)).not.toContain(token);
    await expect.poll(queuedMails).toBe(0);
  });

  it("tells the owner when it was done", async () => {
    const { email } = await givenProvedUser(service);
    const token = await resetTokenOf(email);

    await service.auth().resetPassword({ token, newPassword: "nineteen wild otters" });

    await expect.poll(() => subjectsTo(service, email)).toContain("Your password was changed");
  });

  it("answers the same when nobody has the address, and sends nothing", async () => {
    const sent = service.mails.length;

    expect(await service.auth().requestPasswordReset({ email: "nobody@example.com" })).toMatchObject({});

    await expect.poll(queuedMails).toBe(0);
    expect(service.mails).toHaveLength(sent);
  });

  it("does the same work before it answers, whoever has the address", async () => {
    const email = await emailOf(await givenUser(service));
    const statementsFor = async (email: string): Promise<string[]> => {
      const statements: string[] = [];
      await service.db.transaction(async (real) => {
        const query: Queryable["query"] = (name, text, values) => {
          statements.push(name);
          return real.query(name, text, values);
        };
        await requestReset({ ...real, query }, email);
      });
      return statements;
    };

    expect(await statementsFor(email)).toEqual(["count_attempt", "insert_mail"]);
    expect(await statementsFor("nobody-either@example.com")).toEqual(["count_attempt", "insert_mail"]);
  });

  it("sends three mails an hour to one address, also when twenty are wanted at once", async () => {
    const email = await emailOf(await givenUser(service));

    await Promise.all(Array.from({ length: 20 }, () => service.auth().requestPasswordReset({ email })));

    await expect.poll(queuedMails).toBe(0);
    expect(mailsTo(email)).toHaveLength(3);
  });

  it("sends no more to the address of an account that is deleted and made again", async () => {
    const email = `${randomUUID()}@example.com`;
    const userId = await givenUser(service, { email });
    for (let n = 0; n < 3; n += 1) await resetTokenOf(email);
    await service.directory.deleteIdentity(userId);
    await perform(service, EraseProfileSchema, { userId });
    // With the person went the mails that they were sent.
    expect(mailsTo(email)).toEqual([]);
    await givenUser(service, { email });

    await service.auth().requestPasswordReset({ email });

    await expect.poll(queuedMails).toBe(0);
    expect(mailsTo(email)).toEqual([]);
  });

  it("sends no words of a stranger's choice to an address that nobody proved", async () => {
    const userId = await givenUser(service, { displayName: "You won: https://evil.example" });
    const email = await emailOf(userId);
    await resetTokenOf(email);
    await service.auth(self(userId)).requestEmailVerification({});
    await expect.poll(() => mailsTo(email)).toHaveLength(2);
    for (const { text } of mailsTo(email)) expect(text).toMatch(/^Hello,\n/);

    await service.auth().verifyEmail({ token: tokenOf(mailsTo(email)[1]) });
    await resetTokenOf(email);

    expect(mailsTo(email)[2]?.text).toMatch(/^Hello You won/);
  });

  it("finds somebody whom nobody asked for before", async () => {
    service.directory.givenIdentity({ email: "seldom@example.com", password: PASSWORD });
    expect(await resetTokenOf("seldom@example.com")).not.toBe("");
  });

  it("writes to nobody who cannot sign in", async () => {
    const email = `${randomUUID()}@example.com`;
    await service.auth().signUp({ email, password: PASSWORD, displayName: "Early", waitMs: 0 });
    await service.auth().requestPasswordReset({ email });

    await expect.poll(queuedMails).toBe(0);
    expect(mailsTo(email)).toEqual([]);
  });
});

describe("ResetPassword", () => {
  it("sets the password, ends every session, and uses up all tokens", async () => {
    const userId = await givenUser(service);
    const email = await emailOf(userId);
    const sessionId = service.directory.givenSession(userId);
    const [first, second] = [await resetTokenOf(email), await resetTokenOf(email)];

    await service.auth().resetPassword({ token: first, newPassword: NEW_PASSWORD });

    expect(await service.directory.checkPassword(userId, NEW_PASSWORD)).toBe(true);
    expect(await service.directory.listSessions(userId)).toEqual([]);
    expect(service.deniedSessions.isDenied(sessionId)).toBe(true);
    for (const token of [first, second]) {
      const refusal = await refusalOf(service.auth().resetPassword({ token, newPassword: "twenty one lost sheep" }));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "MAIL_TOKEN_INVALID" });
    }
  });

  it("lets one of twenty use a token", async () => {
    const userId = await givenUser(service);
    const token = await resetTokenOf(await emailOf(userId));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        service.auth().resetPassword({ token, newPassword: `${NEW_PASSWORD} ${n}` }),
      ),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("leaves the token good when the password is refused or the provider is away", async () => {
    const token = await resetTokenOf(await emailOf(await givenUser(service)));
    const reset = (newPassword: string) => service.auth().resetPassword({ token, newPassword });

    expect(await refusalOf(reset("passwordpassword"))).toMatchObject({ reason: "PASSWORD_COMMON" });
    service.directory.isAway = true;
    expect(await refusalOf(reset(NEW_PASSWORD))).toMatchObject({ kind: "unavailable" });
    service.directory.isAway = false;

    await reset(NEW_PASSWORD);
  });

  it("looks at twenty passwords an hour, with whatever tokens", async () => {
    const token = await resetTokenOf(await emailOf(await givenUser(service)));
    const reset = () => refusalOf(service.auth().resetPassword({ token, newPassword: "passwordpassword" }));
    for (let n = 0; n < 20; n += 1) expect(await reset()).toMatchObject({ reason: "PASSWORD_COMMON" });

    expect(await reset()).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
  });

  it("takes no token that is too old, made up, or of another mail", async () => {
    const userId = await givenUser(service);
    const email = await emailOf(userId);
    const old = await resetTokenOf(email);
    await service.db.query("age", "update mail_tokens set expires_at = now() - interval '1 s' where user_id = $1", [
      userId,
    ]);
    await service.auth(self(userId)).requestEmailVerification({});
    await expect.poll(() => mailsTo(email)).toHaveLength(2);

    for (const token of [old, "made up", tokenOf(mailsTo(email).at(-1))]) {
      const refusal = await refusalOf(service.auth().resetPassword({ token, newPassword: NEW_PASSWORD }));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "MAIL_TOKEN_INVALID" });
    }
  });

  it("takes back what somebody with the old password asked for: a token that changes the address", async () => {
    const userId = await givenUser(service);
    const email = await emailOf(userId);
    const theirs = `${randomUUID()}@example.com`;
    await service.auth(self(userId)).requestEmailChange({ newEmail: theirs, password: PASSWORD });
    await expect.poll(() => mailsTo(theirs)).toHaveLength(1);

    await service.auth().resetPassword({ token: await resetTokenOf(email), newPassword: NEW_PASSWORD });

    const verify = service.auth().verifyEmail({ token: tokenOf(mailsTo(theirs)[0]) });
    expect(await refusalOf(verify)).toMatchObject({ kind: "invalid", reason: "MAIL_TOKEN_INVALID" });
    expect(await emailOf(userId)).toBe(email);
  });

  it("takes back such a mail that is on its way", async () => {
    const userId = await givenUser(service);
    const token = await resetTokenOf(await emailOf(userId));
    const theirs = `${randomUUID()}@example.com`;
    service.onSend = (mail) => {
      if (mail.to === theirs) throw new Error("the server is away");
    };
    await service.auth(self(userId)).requestEmailChange({ newEmail: theirs, password: PASSWORD });

    await service.auth().resetPassword({ token, newPassword: NEW_PASSWORD });

    service.onSend = () => undefined;
    expect(await leftOver(userId)).toBe(0);
  });

  it("leaves nothing to somebody whose old password is being checked at that moment", async () => {
    const userId = await givenUser(service);
    const token = await resetTokenOf(await emailOf(userId));
    let reset: Promise<unknown> | undefined;
    let isReset = false;
    service.directory.after = async (operation) => {
      if (operation !== "checkPassword" || reset) return;
      reset = service.auth().resetPassword({ token, newPassword: NEW_PASSWORD });
      void reset.then(() => (isReset = true));
      await expect.poll(async () => isReset || (await isSomebodyWaiting())).toBe(true);
    };

    await service.auth(self(userId)).requestEmailChange({ newEmail: "theirs@example.com", password: PASSWORD });
    await reset;

    expect(await leftOver(userId)).toBe(0);
  });

  it("has one of two win who use two tokens of one user at once", async () => {
    const userId = await givenUser(service);
    const email = await emailOf(userId);
    const tokens = [await resetTokenOf(email), await resetTokenOf(email)];

    const resets = tokens.map((token) => service.auth().resetPassword({ token, newPassword: NEW_PASSWORD }));
    const outcomes = await Promise.allSettled(resets);

    const refused = resets.filter((_, index) => outcomes[index]?.status === "rejected");
    expect(refused).toHaveLength(1);
    for (const reset of refused) expect(await refusalOf(reset)).toMatchObject({ reason: "MAIL_TOKEN_INVALID" });
  });

  it("takes no token that went to an address which is the user's no more", async () => {
    const userId = await givenUser(service);
    const token = await resetTokenOf(await emailOf(userId));
    const update = { user: { userId, email: `${randomUUID()}@example.com` }, updateMask: { paths: ["email"] } };
    await service.users().updateUser(update);

    expect(await refusalOf(service.auth().resetPassword({ token, newPassword: NEW_PASSWORD }))).toMatchObject({
      reason: "MAIL_TOKEN_INVALID",
    });
  });
});
