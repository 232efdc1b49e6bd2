import type { Database } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPasswords } from "../embedded/identity/password.ts";
import { SEEDED_USERS } from "../embedded/identity/seeded-users.ts";
import { givenIdentity } from "./fixtures/identity.ts";

describe("passwords of the embedded provider", () => {
  const identity = givenIdentity();
  let db: Database;
  beforeAll(() => {
    const limits = { poolSize: 1, statementTimeoutMs: 5_000, lockTimeoutMs: 2_000 };
    db = openDatabase({ url: identity.databaseUrl, ...limits }, testTelemetry());
  });
  afterAll(() => db[Symbol.asyncDispose]());

  it.each(SEEDED_USERS)("has the hash of $username as it would be made today", async ({ password, passwordHash }) => {
    const passwords = createPasswords();

    expect(await passwords.matches(password, passwordHash)).toBe(true);
    expect(passwords.isOutdated(passwordHash)).toBe(false);
  });

  it("knows who still has a password that everybody knows, however it was hashed", async () => {
    const [, , hashedAnew, changed] = SEEDED_USERS;
    const { directory } = identity.provider;
    await directory.setPassword(hashedAnew!.userId, hashedAnew!.password);
    await directory.setPassword(changed!.userId, "seventeen tame stoats");

    expect(await identity.provider.usersWithSeededPassword()).toEqual(
      SEEDED_USERS.filter((user) => user !== changed).map(({ username }) => username),
    );
  });

  it("is handed out by the provider", async () => {
    const found = await identity.provider.directory.findIdentityByEmail("Admin@animal-delivery.example");

    expect(found).toMatchObject({ username: "admin", roles: ["admin"] });
  });

  it("refuses somebody who cannot sign in like a wrong password, in a like time", async () => {
    const userId = await identity.provider.directory.makeIdentity({
      email: "slow@example.com",
      password: "seventeen tame ferrets",
      roles: [],
      signUpId: "slow",
    });
    const attempt = async (password: string) => {
      const from = performance.now();
      const { status, ...body } = await identity.signIn("slow@example.com", password);
      return { status, body, ms: performance.now() - from };
    };

    const [right, wrong] = [await attempt("seventeen tame ferrets"), await attempt("wrong")];

    expect(right).toMatchObject({ status: 400, body: wrong.body });
    expect(right.ms).toBeGreaterThan(wrong.ms / 4);
    expect(await identity.provider.directory.checkPassword(userId, "seventeen tame ferrets")).toBe(false);
  });

  it("lets nobody stay by a password that was changed while it was checked", async () => {
    const { userId, username, password } = SEEDED_USERS[1]!;
    const changed = identity.provider.directory
      .setPassword(userId, "nineteen wild otters")
      .then(() => identity.provider.directory.endSessions(userId));

    const answers = await Promise.all(Array.from({ length: 6 }, () => identity.signIn(username, password)));
    await changed;

    for (const { status, refresh_token: refreshToken } of answers) {
      expect(status === 200 ? (await identity.refresh(refreshToken)).status : status).toBe(400);
    }
    expect((await identity.signIn(username, "nineteen wild otters")).status).toBe(200);
  });

  it("hashes the right password anew when it was hashed more cheaply", async () => {
    const cheap = await createPasswords({ memoryKib: 19_456, passes: 2, lanes: 1 }).hash("customer-password");
    const userId = SEEDED_USERS[0]?.userId;
    await db.query("giveCheapHash", "update users set password_hash = $2 where user_id = $1", [userId, cheap]);
    const hash = async () => {
      const { rows } = await db.query<{ password_hash: string }>(
        "hashOf",
        "select password_hash from users where user_id = $1",
        [userId],
      );
      return rows[0]?.password_hash;
    };

    expect((await identity.signIn("customer", "wrong")).status).toBe(400);
    expect(await hash()).toBe(cheap);
    expect((await identity.signIn("CUSTOMER", "customer-password")).status).toBe(200);

    expect(await hash()).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
    expect((await identity.signIn("customer@animal-delivery.example", "customer-password")).status).toBe(200);
  });
});
