import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, givenSignUp, refresh, signIn, someSignUp } from "./people.ts";

const NOBODY = randomUUID();
const NOT_FOUND = { kind: "notFound", reason: "USER_NOT_FOUND" };

/** Finding somebody, whether they can sign in, and what they may do. */
export function personContract(at: () => DirectoryUnderTest): void {
  describe("findIdentity", () => {
    it("knows those who came otherwise", async () => {
      const userId = await at().userId("dispatcher");

      expect(await at().directory.findIdentity(userId)).toMatchObject({
        userId,
        username: "dispatcher",
        email: "dispatcher@animal-delivery.example",
        emailVerified: true,
        roles: ["dispatcher"],
        isEnabled: true,
        signUpId: undefined,
      });
    });

    it.each([NOBODY, "nobody", "../nobody?x=1"])("finds nobody by %s", async (userId) => {
      expect(await at().directory.findIdentity(userId)).toBeUndefined();
    });

    it("finds by the e-mail address in any case", async () => {
      const { userId, email } = await givenSignUp(at());

      expect((await at().directory.findIdentityByEmail(email.toUpperCase()))?.userId).toBe(userId);
    });

    it("finds nobody by an address, or the part of one", async () => {
      const { email } = await givenSignUp(at());

      expect(await at().directory.findIdentityByEmail(`x${email}`)).toBeUndefined();
      expect(await at().directory.findIdentityByEmail(email.slice(1))).toBeUndefined();
    });
  });

  describe("setEnabled", () => {
    it("lets somebody sign in, by the e-mail address in any case", async () => {
      const { userId, email } = await givenSignUp(at());

      await at().directory.setEnabled(userId, true);

      expect((await signIn(at(), email)).claims).toMatchObject({ sub: userId, roles: ["customer"] });
      expect((await signIn(at(), email.toUpperCase())).claims.sub).toBe(userId);
    });

    it("leaves everything else as it was", async () => {
      const { userId } = await givenSignUp(at());
      const before = await at().directory.findIdentity(userId);

      await at().directory.setEnabled(userId, true);

      expect(await at().directory.findIdentity(userId)).toEqual({ ...before, isEnabled: true });
    });

    it("keeps somebody out: no sign-in, no new tokens", async () => {
      const { userId, email } = await givenPerson(at());
      const { refreshToken } = await signIn(at(), email);

      await at().directory.setEnabled(userId, false);

      expect(await signIn(at(), email)).toMatchObject({ status: 400, error: "invalid_grant" });
      expect(await refresh(at(), refreshToken)).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("lets them in again", async () => {
      const { userId, email } = await givenPerson(at());
      await at().directory.setEnabled(userId, false);

      await at().directory.setEnabled(userId, true);

      expect((await signIn(at(), email)).status).toBe(200);
    });

    it("refuses a user who is not there", async () => {
      await expect(at().directory.setEnabled(NOBODY, true)).rejects.toMatchObject(NOT_FOUND);
    });
  });

  describe("setRoles", () => {
    it("gives and takes; the next tokens show it", async () => {
      const { userId, email } = await givenPerson(at());
      const { refreshToken } = await signIn(at(), email);

      await at().directory.setRoles(userId, ["courier"]);

      expect((await refresh(at(), refreshToken)).claims.roles).toEqual(["courier"]);
      expect((await at().directory.findIdentity(userId))?.roles).toEqual(["courier"]);
    });

    it("comes to the same when many ask for the same", async () => {
      const { userId } = await givenSignUp(at());

      const roles = ["customer", "courier"];
      await Promise.all(Array.from({ length: 5 }, async () => at().directory.setRoles(userId, roles)));
      await at().directory.setRoles(userId, roles);

      expect((await at().directory.findIdentity(userId))?.roles.toSorted()).toEqual(["courier", "customer"]);
    });

    it("refuses a role that there is not, and changes nothing", async () => {
      const { userId } = await givenSignUp(at());

      await expect(at().directory.setRoles(userId, ["courier", "root"])).rejects.toMatchObject({
        kind: "forbidden",
        reason: "ROLES_REFUSED",
      });

      expect((await at().directory.findIdentity(userId))?.roles).toEqual(["customer"]);
    });

    it("refuses a user who is not there", async () => {
      await expect(at().directory.setRoles(NOBODY, ["customer"])).rejects.toMatchObject(NOT_FOUND);
    });
  });

  describe("deleteIdentity", () => {
    it("forgets somebody: no sign-in, no new tokens, and the address is free", async () => {
      const { userId, email } = await givenPerson(at());
      const { refreshToken } = await signIn(at(), email);

      await at().directory.deleteIdentity(userId);

      expect(await at().directory.findIdentity(userId)).toBeUndefined();
      expect((await signIn(at(), email)).status).toBe(400);
      expect((await refresh(at(), refreshToken)).status).toBe(400);
      expect(await at().directory.listSessions(userId)).toEqual([]);
      expect(await at().directory.makeIdentity(someSignUp({ email }))).not.toBe(userId);
    });

    it("is done when it is done already, many times at once, too", async () => {
      const { userId } = await givenSignUp(at());

      await Promise.all(Array.from({ length: 5 }, async () => at().directory.deleteIdentity(userId)));
      await at().directory.deleteIdentity(userId);
      await at().directory.deleteIdentity("nobody");

      expect(await at().directory.findIdentity(userId)).toBeUndefined();
    });
  });
}
