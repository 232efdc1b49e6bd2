import { afterEach, describe, expect, it } from "vitest";
import { DomainError } from "@animal-delivery/platform/errors";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, signIn, someSignUp } from "./people.ts";

const UNAVAILABLE = { kind: "unavailable", reason: "UNAVAILABLE" };

/** The provider away, and back. */
export function awayContract(at: () => DirectoryUnderTest): void {
  describe("while the provider is away", () => {
    afterEach(async () => at().open());

    it("every function says so, and works when it is back, without a restart", async () => {
      const { userId, email, password } = await givenPerson(at());
      const { claims } = await signIn(at(), email);
      const { directory } = at();
      const calls = {
        makeIdentity: async () => directory.makeIdentity(someSignUp()),
        findIdentity: async () => directory.findIdentity(userId),
        findIdentityByEmail: async () => directory.findIdentityByEmail(email),
        setEnabled: async () => directory.setEnabled(userId, true),
        setEmail: async () => directory.setEmail(userId, email, true),
        setRoles: async () => directory.setRoles(userId, ["customer"]),
        setPassword: async () => directory.setPassword(userId, password),
        checkPassword: async () => directory.checkPassword(userId, password),
        listSessions: async () => directory.listSessions(userId),
        endSession: async () => directory.endSession(userId, claims.sid ?? ""),
        endSessions: async () => directory.endSessions(userId),
        listDisabledSignUps: async () => directory.listDisabledSignUps(new Date()),
        deleteIdentity: async () => directory.deleteIdentity(userId),
      };
      const reasons = async () => {
        const found: Record<string, string> = {};
        for (const [name, call] of Object.entries(calls)) {
          found[name] = await call().then(
            () => "done",
            (error: unknown) => (error instanceof DomainError ? error.reason : String(error)),
          );
        }
        return found;
      };
      const all = (reason: string) => Object.fromEntries(Object.keys(calls).map((name) => [name, reason]));

      await at().close();
      expect(await reasons()).toEqual(all("UNAVAILABLE"));

      await at().open();
      expect(await reasons()).toEqual(all("done"));
    });

    it("a call whose answer is lost is made whole by its repetition", async () => {
      const signUp = someSignUp();
      await at().directory.findIdentity("nobody");
      at().loseAnswers();
      await expect(at().directory.makeIdentity(signUp)).rejects.toMatchObject(UNAVAILABLE);
      await at().open();

      const userId = await at().directory.makeIdentity(signUp);

      expect(await at().directory.findIdentityByEmail(signUp.email)).toMatchObject({
        userId,
        roles: ["customer"],
        signUpId: signUp.signUpId,
        isEnabled: false,
      });
    });
  });
}
