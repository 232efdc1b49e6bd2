// Mails leave after the commit, again when they could not, and never for ever; against a real Postgres.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { takeMail } from "../src/store/mail-queue.ts";
import { givenUser, self, startAccounts, type Accounts } from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.onSend = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

async function requestMail(): Promise<{ userId: string; email: string }> {
  const userId = await givenUser(service);
  const { user } = await service.users().getUser({ userId });
  await service.auth(self(userId)).requestEmailVerification({});
  return { userId, email: user!.email };
}

async function queued(userId: string): Promise<{ attempts: number; due_at: Date }[]> {
  const text = "select attempts, due_at from mails where user_id = $1";
  return (await service.db.query<{ attempts: number; due_at: Date }>("queued", text, [userId])).rows;
}

async function makeDue(userId: string, age = "0"): Promise<void> {
  await service.db.query(
    "make_due",
    "update mails set due_at = now(), created_at = created_at - $2::interval where user_id = $1",
    [userId, age],
  );
}

describe("the task that sends mails", () => {
  it("sends a mail and forgets it", async () => {
    const { userId, email } = await requestMail();

    await expect.poll(() => service.mails.filter((mail) => mail.to === email)).toHaveLength(1);
    await expect.poll(() => queued(userId)).toEqual([]);
    expect(await service.telemetry.meters.registry.metrics()).toMatch(
      /accounts_mails_total\{[^}]*kind="verify_email",outcome="sent"[^}]*\} [1-9]/,
    );
  });

  it("tries again after a pause, with a token of its own", async () => {
    const refused: string[] = [];
    service.onSend = (mail) => {
      refused.push(mail.text);
      throw new Error("the server is away");
    };
    const { userId, email } = await requestMail();
    await expect.poll(async () => (await queued(userId))[0]?.attempts).toBe(1);
    await expect.poll(async () => (await queued(userId))[0]!.due_at.getTime() - Date.now()).toBeLessThan(10_000);
    expect((await queued(userId))[0]!.due_at.getTime()).toBeGreaterThan(Date.now());
    service.onSend = () => undefined;

    await makeDue(userId);

    await expect.poll(() => service.mails.filter((mail) => mail.to === email)).toHaveLength(1);
    expect(service.mails.find((mail) => mail.to === email)?.text).not.toBe(refused[0]);
  });

  it("drops a mail that could not be sent for a day", async () => {
    service.onSend = () => {
      throw new Error("the server is away");
    };
    const { userId } = await requestMail();
    await expect.poll(async () => (await queued(userId))[0]?.attempts).toBe(1);

    await makeDue(userId, "25 hours");

    await expect.poll(() => queued(userId)).toEqual([]);
    expect(service.telemetry.lines).toContainEqual(
      expect.objectContaining({ level: "error", message: "mail dropped" }),
    );
  });

  it("writes neither the address nor the token into the log", async () => {
    const { userId, email } = await requestMail();
    await expect.poll(() => queued(userId)).toEqual([]);
    const sent = service.mails.find((mail) => mail.to === email)!;

    const lines = JSON.stringify(service.telemetry.lines);
    expect(lines).not.toContain(email);
    expect(lines).not.toContain(/#token=(.*)/.exec(sent.text)![1]);
  });
});

describe("takeMail", () => {
  it("gives a mail to one of ten who want it at once", async () => {
    const later = new Date(Date.now() + 3_600_000);
    await service.db.query(
      "insert_later_mail",
      `insert into mails (mail_id, kind, email, created_at, due_at) values (gen_random_uuid(), 'reset_password', 'x@example.com', now(), $1)`,
      [later],
    );
    const again = new Date(later.getTime() + 60_000);

    const taken = await Promise.all(Array.from({ length: 10 }, () => takeMail(service.db, later, again)));

    expect(taken.filter((mail) => mail !== undefined)).toHaveLength(1);
  });
});
