import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, givenSignUp, signIn } from "./people.ts";

const NOBODY = randomUUID();
const NOT_FOUND = { kind: "notFound", reason: "USER_NOT_FOUND" };

/** Passwords: neither adapter ever shows one. */
export function passwordContract(at: () => DirectoryUnderTest): void {
  describe("setPassword", () => {
    it("makes the old one worthless", async () => {
      const { userId, email, password } = await givenPerson(at());

      await at().directory.setPassword(userId, "nineteen wild otters");

      expect((await signIn(at(), email, password)).status).toBe(400);
      expect((await signIn(at(), email, "nineteen wild otters")).claims.sub).toBe(userId);
    });

    it.each([
      ["of 128 characters beyond the basic plane", "🦦".repeat(128)],
      ["with accents, spaces and quotes", ` "пароль" für 'Ünïcödé' & <b>%20+</b> `],
    ])("takes one %s", async (_what, password) => {
      const { userId, email } = await givenPerson(at());

      await at().directory.setPassword(userId, password);

      expect((await signIn(at(), email, password)).claims.sub).toBe(userId);
      expect(await at().directory.checkPassword(userId, password)).toBe(true);
      expect(await at().directory.checkPassword(userId, password.slice(0, -2))).toBe(false);
    });

    it("refuses the e-mail address, and leaves the old one", async () => {
      const { userId, email, password } = await givenPerson(at());

      await expect(at().directory.setPassword(userId, email)).rejects.toMatchObject({
        kind: "invalid",
        reason: "PASSWORD_COMMON",
      });

      expect((await signIn(at(), email, password)).status).toBe(200);
    });

    it("leaves one of many that come at once", async () => {
      const { userId } = await givenPerson(at());
      const passwords = ["nineteen wild otters", "twenty mild stoats", "thirty shy pine martens"];

      await Promise.all(passwords.map(async (password) => at().directory.setPassword(userId, password)));

      const right = [];
      for (const password of passwords) right.push(await at().directory.checkPassword(userId, password));
      expect(right.filter(Boolean)).toEqual([true]);
    });

    it("refuses a user who is not there", async () => {
      await expect(at().directory.setPassword(NOBODY, "nineteen wild otters")).rejects.toMatchObject(NOT_FOUND);
    });
  });

  describe("checkPassword", () => {
    it("tells the right one from a wrong one", async () => {
      const { userId, password } = await givenPerson(at());

      expect(await at().directory.checkPassword(userId, password)).toBe(true);
      expect(await at().directory.checkPassword(userId, `${password}.`)).toBe(false);
      expect(await at().directory.checkPassword(userId, "")).toBe(false);
    });

    it("leaves no session", async () => {
      const { userId, email, password } = await givenPerson(at());
      const { claims } = await signIn(at(), email);

      await at().directory.checkPassword(userId, password);

      expect((await at().directory.listSessions(userId)).map(({ sessionId }) => sessionId)).toEqual([claims.sid]);
    });

    it("answers many who ask at once", async () => {
      const { userId, password } = await givenPerson(at());

      const checks = Array.from({ length: 4 }, async () => at().directory.checkPassword(userId, password));

      expect(await Promise.all(checks)).toEqual([true, true, true, true]);
    });

    it("is no for somebody who cannot sign in", async () => {
      const { userId, password } = await givenSignUp(at());

      expect(await at().directory.checkPassword(userId, password)).toBe(false);
    });

    it("refuses a user who is not there", async () => {
      await expect(at().directory.checkPassword(NOBODY, "nineteen wild otters")).rejects.toMatchObject(NOT_FOUND);
    });
  });
}
