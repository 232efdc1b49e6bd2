import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, givenSignUp, signIn, someSignUp } from "./people.ts";

/** Making people, and what is left of a sign-up that came to nothing. */
export function makingContract(at: () => DirectoryUnderTest): void {
  describe("makeIdentity", () => {
    it("makes somebody who is known at once, and signs in by the e-mail address", async () => {
      const from = Date.now();
      const signUp = someSignUp({ roles: ["courier", "customer"] });
      const userId = await at().directory.makeIdentity(signUp);

      const identity = await at().directory.findIdentity(userId);

      expect(identity).toEqual({
        userId,
        email: signUp.email,
        emailVerified: false,
        username: signUp.email,
        roles: expect.toSatisfy((roles: string[]) => roles.toSorted().join() === "courier,customer"),
        isEnabled: false,
        signUpId: signUp.signUpId,
        createdAt: expect.any(Date),
      });
      expect(Math.abs((identity?.createdAt.getTime() ?? 0) - from)).toBeLessThan(60_000);
    });

    it("lets nobody in before they are enabled", async () => {
      const { email } = await givenSignUp(at());

      expect(await signIn(at(), email)).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("answers the same for the same sign-up", async () => {
      const signUp = someSignUp();

      const ids = [await at().directory.makeIdentity(signUp), await at().directory.makeIdentity(signUp)];

      expect(ids[0]).toBe(ids[1]);
    });

    it("makes one of many calls for the same sign-up at once, with its roles", async () => {
      const signUp = someSignUp();

      const ids = await Promise.all(Array.from({ length: 10 }, async () => at().directory.makeIdentity(signUp)));

      expect(new Set(ids).size).toBe(1);
      expect(await at().directory.findIdentityByEmail(signUp.email)).toMatchObject({
        userId: ids[0],
        roles: ["customer"],
      });
    });

    it("refuses an e-mail address that another sign-up has", async () => {
      const { email } = await givenSignUp(at());

      const another = at().directory.makeIdentity(someSignUp({ email }));

      await expect(another).rejects.toMatchObject({ kind: "alreadyExists", reason: "EMAIL_TAKEN" });
    });

    it("lets one of many sign-ups have an e-mail address, and leaves nothing of the others", async () => {
      const { email } = someSignUp();
      const signUps = Array.from({ length: 20 }, () => someSignUp({ email }));

      const made = await Promise.allSettled(signUps.map(async (signUp) => at().directory.makeIdentity(signUp)));

      const refused = made.filter(({ status }) => status === "rejected");
      expect(refused.map((each) => (each as PromiseRejectedResult).reason)).toEqual(
        Array.from({ length: 19 }, () => expect.objectContaining({ reason: "EMAIL_TAKEN" })),
      );
      const winner = made.find((each) => each.status === "fulfilled")?.value;
      const theirs = new Set<string | undefined>(signUps.map(({ signUpId }) => signUpId));
      const left = (await disabled()).filter(({ signUpId }) => theirs.has(signUpId));
      expect(left.map(({ userId }) => userId)).toEqual([winner]);
      expect(await at().directory.findIdentityByEmail(email)).toMatchObject({ userId: winner });
    });

    it("refuses the e-mail address of somebody who came otherwise", async () => {
      const signUp = someSignUp({ email: "customer@animal-delivery.example" });

      await expect(at().directory.makeIdentity(signUp)).rejects.toMatchObject({ reason: "EMAIL_TAKEN" });
    });

    it("makes somebody without a password, who chooses it later", async () => {
      const { email, roles, signUpId } = someSignUp();
      const userId = await at().directory.makeIdentity({ email, roles, signUpId, password: undefined });
      await at().directory.setEnabled(userId, true);
      expect((await signIn(at(), email)).status).toBe(400);

      await at().directory.setPassword(userId, "nineteen wild otters");

      expect((await signIn(at(), email, "nineteen wild otters")).claims).toMatchObject({ sub: userId, roles });
    });

    it("does not touch somebody who can sign in when their sign-up comes once more", async () => {
      const signUp = someSignUp();
      const userId = await at().directory.makeIdentity(signUp);
      await at().directory.setEnabled(userId, true);
      await at().directory.setRoles(userId, ["courier"]);

      expect(await at().directory.makeIdentity(signUp)).toBe(userId);

      expect(await at().directory.findIdentity(userId)).toMatchObject({ roles: ["courier"], isEnabled: true });
    });

    it.each(["o'brien+ferrets@example.com", "a=b#1!%&*/?^_`{|}~$@example.com", "x@xn--bcher-kva.example"])(
      "takes an address like %s",
      async (address) => {
        const email = `${randomUUID().slice(0, 8)}${address}`;
        const person = await givenPerson(at(), { email });

        expect((await signIn(at(), email)).claims.sub).toBe(person.userId);
        expect((await at().directory.findIdentityByEmail(email))?.userId).toBe(person.userId);
      },
    );

    it("refuses a role that nobody has, and leaves nobody", async () => {
      const signUp = someSignUp({ roles: ["customer", "root"] });

      await expect(at().directory.makeIdentity(signUp)).rejects.toMatchObject({
        kind: "forbidden",
        reason: "ROLES_REFUSED",
      });

      expect(await at().directory.findIdentityByEmail(signUp.email)).toBeUndefined();
    });

    it("refuses the e-mail address as the password, and leaves nobody", async () => {
      const { email } = someSignUp();

      const made = at().directory.makeIdentity(someSignUp({ email, password: email }));

      await expect(made).rejects.toMatchObject({ kind: "invalid", reason: "PASSWORD_COMMON" });
      expect(await at().directory.findIdentityByEmail(email)).toBeUndefined();
    });
  });

  describe("listDisabledSignUps", () => {
    it("lists those whom a sign-up made and who cannot sign in, the oldest first", async () => {
      const older = await givenSignUp(at());
      const enabled = await givenPerson(at());
      const newer = await givenSignUp(at());
      await at().directory.setEnabled(await at().userId("courier2"), false);

      const listed = (await disabled()).map(({ userId }) => userId);

      await at().directory.setEnabled(await at().userId("courier2"), true);
      expect(listed.filter((id) => [older.userId, newer.userId].includes(id))).toEqual([older.userId, newer.userId]);
      expect(listed).not.toContain(enabled.userId);
      expect(listed).not.toContain(await at().userId("courier2"));
    });

    it("lists more than a page of them", async () => {
      const signUps = Array.from({ length: 110 }, () => someSignUp({ password: undefined }));
      const made: string[] = [];
      for (const signUp of signUps) made.push(await at().directory.makeIdentity(signUp));

      const listed = new Set((await disabled()).map(({ userId }) => userId));

      expect(made.filter((userId) => !listed.has(userId))).toEqual([]);
      await Promise.all(made.map(async (userId) => at().directory.deleteIdentity(userId)));
    });

    it("leaves out who came later", async () => {
      const { userId } = await givenSignUp(at());
      const { createdAt } = (await at().directory.findIdentity(userId)) ?? {};

      const listed = await at().directory.listDisabledSignUps(createdAt ?? new Date(0));

      expect(listed.map((each) => each.userId)).not.toContain(userId);
    });
  });

  async function disabled() {
    return at().directory.listDisabledSignUps(new Date(Date.now() + 60_000));
  }
}
