// Drives what AuthService does about e-mail addresses through its RPC surface against a real Postgres.
import { randomUUID } from "node:crypto";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
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
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

async function read(userId: string) {
  return (await service.users().getUser({ userId })).user!;
}

function newEmail(): string {
  return `${randomUUID()}@example.com`;
}

/** The token of the next mail to an address. */
async function nextToken(email: string, request: () => Promise<unknown>): Promise<string> {
  const mails = () => service.mails.filter((mail) => mail.to === email);
  const before = mails().length;
  await request();
  await expect.poll(() => mails().length).toBe(before + 1);
  return tokenOf(mails().at(-1));
}

async function verificationTokenOf(userId: string): Promise<string> {
  const { email } = await read(userId);
  return nextToken(email, () => service.auth(self(userId)).requestEmailVerification({}));
}

function changeTokenOf(userId: string, email: string): Promise<string> {
  const request = { newEmail: email.toUpperCase(), password: PASSWORD };
  return nextToken(email, () => service.auth(self(userId)).requestEmailChange(request));
}

describe("RequestEmailVerification and VerifyEmail", () => {
  it("prove the address, here and at the provider", async () => {
    const userId = await givenUser(service);
    const before = await read(userId);
    const token = await verificationTokenOf(userId);

    await service.auth().verifyEmail({ token });

    const user = await read(userId);
    expect(user).toEqual({ ...before, emailVerified: true, etag: user.etag, updatedAt: user.updatedAt });
    expect(await service.directory.findIdentity(userId)).toMatchObject({ emailVerified: true });
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
    const again = await refusalOf(service.auth().verifyEmail({ token }));
    expect(again).toMatchObject({ kind: "invalid", reason: "MAIL_TOKEN_INVALID" });
  });

  it("prove nothing once the address is another", async () => {
    const userId = await givenUser(service);
    const token = await verificationTokenOf(userId);
    await service.users().updateUser({ user: { userId, email: newEmail() }, updateMask: { paths: ["email"] } });

    expect(await refusalOf(service.auth().verifyEmail({ token }))).toMatchObject({ reason: "MAIL_TOKEN_INVALID" });
    expect((await read(userId)).emailVerified).toBe(false);
  });

  it("send three mails an hour", async () => {
    const userId = await givenUser(service);
    const request = () => service.auth(self(userId)).requestEmailVerification({});
    for (let n = 0; n < 3; n += 1) await request();

    expect(await refusalOf(request())).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
  });

  it("takes a token once when twenty use it at once", async () => {
    const userId = await givenUser(service);
    const token = await verificationTokenOf(userId);

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => service.auth().verifyEmail({ token })));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
  });

  it("do nothing for somebody without an address", async () => {
    const userId = service.directory.givenIdentity({ username: "norah", email: "" });
    expect(await service.auth(self(userId)).requestEmailVerification({})).toMatchObject({});
    expect((await service.db.query("mails", "select from mails where user_id = $1", [userId])).rowCount).toBe(0);
  });
});

describe("RequestEmailChange and VerifyEmail", () => {
  it("make a new address the user's, and free the old one", async () => {
    const userId = await givenUser(service);
    const { email: before } = await read(userId);
    const email = newEmail();
    const token = await changeTokenOf(userId, email);
    expect((await read(userId)).email).toBe(before);

    await service.auth().verifyEmail({ token });

    expect(await read(userId)).toMatchObject({ email, emailVerified: true });
    expect(await service.directory.findIdentity(userId)).toMatchObject({ email, username: email, emailVerified: true });
    expect(await holdersOf(service.db, before)).toEqual([]);
    await givenUser(service, { email: before });
  });

  it("tell the owner at the address that was theirs", async () => {
    const { userId, email: before } = await givenProvedUser(service);
    const token = await changeTokenOf(userId, newEmail());

    await service.auth().verifyEmail({ token });

    await expect.poll(() => subjectsTo(service, before)).toContain("Your e-mail address was changed");
    expect(service.mails.findLast((mail) => mail.to === before)?.text).toMatch(/^Hello,\n/);
  });

  it("are refused with another password", async () => {
    const userId = await givenUser(service);
    const request = { newEmail: newEmail(), password: "not the password" };
    expect(await refusalOf(service.auth(self(userId)).requestEmailChange(request))).toMatchObject({
      kind: "refused",
      reason: "PASSWORD_WRONG",
    });
  });

  it("do not tell whether somebody has the address before its owner says so", async () => {
    const [userId, other] = [await givenUser(service), await givenUser(service)];
    const { email } = await read(other);
    const token = await changeTokenOf(userId, email);

    const refusal = await refusalOf(service.auth().verifyEmail({ token }));

    expect(refusal).toMatchObject({ kind: "alreadyExists", reason: "EMAIL_TAKEN" });
    expect((await read(other)).email).toBe(email);
  });

  it("are refused when somebody at the provider has it, and the token stays good", async () => {
    const userId = await givenUser(service);
    const email = newEmail();
    const token = await changeTokenOf(userId, email);
    const holder = service.directory.givenIdentity({ email });
    expect(await refusalOf(service.auth().verifyEmail({ token }))).toMatchObject({ reason: "EMAIL_TAKEN" });
    await service.directory.deleteIdentity(holder);

    await service.auth().verifyEmail({ token });

    expect(await read(userId)).toMatchObject({ email });
  });

  it("give one of three users an address that all change to at once", async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, () => givenUser(service)));
    const email = newEmail();
    const tokens = [];
    for (const userId of ids) tokens.push(await changeTokenOf(userId, email));

    const outcomes = await Promise.allSettled(tokens.map((token) => service.auth().verifyEmail({ token })));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(service.directory.identities().filter((identity) => identity.email === email)).toHaveLength(1);
  });

  it("converge when the process dies after the provider changed", async () => {
    const { userId, email: before } = await givenProvedUser(service);
    const email = newEmail();
    const token = await changeTokenOf(userId, email);
    service.directory.after = (operation) => {
      if (operation === "setEmail") throw new Error("the process dies");
    };
    expect(await refusalOf(service.auth().verifyEmail({ token }))).toMatchObject({ kind: "internal" });
    service.directory.after = () => undefined;

    expect(await read(userId)).toMatchObject({ email, emailVerified: true });
    await service.auth().verifyEmail({ token });
    expect(await read(userId)).toMatchObject({ email, emailVerified: true });
    const notices = () =>
      subjectsTo(service, before).filter((subject) => subject === "Your e-mail address was changed");
    await expect.poll(notices).toHaveLength(1);
  });

  it("take three mails an hour to one address, whoever asks", async () => {
    const email = newEmail();
    for (let n = 0; n < 3; n += 1) await changeTokenOf(await givenUser(service), email);
    const request = { newEmail: email, password: PASSWORD };

    const refusal = await refusalOf(service.auth(self(await givenUser(service))).requestEmailChange(request));

    expect(refusal).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
  });
});
