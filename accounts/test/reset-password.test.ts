// Drives AuthService.RequestPasswordReset and ResetPassword over RPC against a real Postgres.
import { randomUUID } from "node:crypto";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { requestReset } from "../src/app/request-mail.ts";
import { givenUser, PASSWORD, self, startAccounts, tokenOf, type Accounts } from "./setup.ts";

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
