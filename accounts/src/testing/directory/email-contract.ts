import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, givenSignUp, signIn, someSignUp } from "./people.ts";

/** By which address somebody signs in. */
export function emailContract(at: () => DirectoryUnderTest): void {
  describe("setEmail", () => {
    it("moves the name to sign in with", async () => {
      const { userId, email } = await givenPerson(at());
      const next = `New-${email}`;

      await at().directory.setEmail(userId, next, true);

      expect((await signIn(at(), next)).claims.sub).toBe(userId);
      expect((await signIn(at(), email)).status).toBe(400);
      expect(await at().directory.findIdentity(userId)).toMatchObject({
        email: next.toLowerCase(),
        username: next.toLowerCase(),
        emailVerified: true,
        signUpId: expect.any(String),
        roles: ["customer"],
      });
    });

    it("leaves their name to those who have one", async () => {
      const userId = await at().userId("customer2");
      const { email } = someSignUp();

      await at().directory.setEmail(userId, email, false);

      expect(await at().directory.findIdentity(userId)).toMatchObject({
        username: "customer2",
        email,
        emailVerified: false,
      });
      for (const name of ["customer2", email]) {
        expect((await signIn(at(), name, "customer2-password")).claims.sub).toBe(userId);
      }
    });

    it("frees the old address", async () => {
      const { userId, email } = await givenPerson(at());

      await at().directory.setEmail(userId, someSignUp().email, true);

      expect(await at().directory.makeIdentity(someSignUp({ email }))).not.toBe(userId);
    });

    it("refuses an address that somebody has, and changes nothing", async () => {
      const { email: taken } = await givenPerson(at());
      const { userId, email } = await givenPerson(at());

      for (const address of [taken, taken.toUpperCase(), "customer@animal-delivery.example"]) {
        await expect(at().directory.setEmail(userId, address, true)).rejects.toMatchObject({
          kind: "alreadyExists",
          reason: "EMAIL_TAKEN",
        });
      }

      expect(await at().directory.findIdentity(userId)).toMatchObject({ email, username: email, emailVerified: false });
    });

    it("gives an address to one of many who want it at once", async () => {
      const people = await Promise.all(Array.from({ length: 5 }, async () => givenSignUp(at())));
      const { email } = someSignUp();

      const set = people.map(async ({ userId }) => at().directory.setEmail(userId, email, true));
      const outcomes = await Promise.allSettled(set);

      const refused = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
      expect(refused.map(({ reason }) => (reason as { reason: string }).reason)).toEqual(
        Array.from({ length: 4 }, () => "EMAIL_TAKEN"),
      );
      const winner = people[outcomes.findIndex(({ status }) => status === "fulfilled")];
      expect((await at().directory.findIdentityByEmail(email))?.userId).toBe(winner?.userId);
    });

    it("is safe to repeat", async () => {
      const { userId, email } = await givenSignUp(at());

      for (const isVerified of [true, true, false]) await at().directory.setEmail(userId, email, isVerified);

      expect(await at().directory.findIdentity(userId)).toMatchObject({ email, emailVerified: false });
    });

    it("refuses a user who is not there", async () => {
      await expect(at().directory.setEmail(randomUUID(), someSignUp().email, true)).rejects.toMatchObject({
        reason: "USER_NOT_FOUND",
      });
    });
  });
}
