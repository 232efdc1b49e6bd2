// What dies on the way through AuthService.SignUp leaves nothing; against a real Postgres, the directory is in memory.
import { randomUUID } from "node:crypto";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { completeSignUp, givenUser, holdersOf, person, sagasAbout, startAccounts, type Accounts } from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
  service.directory.before = () => undefined;
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

function identitiesOf(email: string) {
  return service.directory.identities().filter((identity) => identity.email === email);
}

describe("SignUp with the provider in trouble", () => {
  it("lets go of the address at once when the provider is away", async () => {
    const wish = person();
    service.directory.isAway = true;

    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
    service.directory.isAway = false;

    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    expect(await givenUser(service, wish)).toBe(identitiesOf(wish.email!)[0]!.userId);
  });

  it("is not stopped by an identity that the provider made although its answer was lost", async () => {
    const wish = person();
    service.directory.after = (operation) => {
      if (operation !== "makeIdentity") return;
      service.directory.after = () => undefined;
      service.directory.isAway = true;
      throw new Error("the answer got lost");
    };
    expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ kind: "internal" });
    service.directory.isAway = false;
    expect(identitiesOf(wish.email!)).toHaveLength(1);

    const userId = await givenUser(service, wish);

    expect(identitiesOf(wish.email!)).toMatchObject([{ userId, isEnabled: true }]);
  });

  it("leaves no identity when a twin that met trouble let the sign-up go meanwhile", async () => {
    const wish = person();
    const headers = { "idempotency-key": randomUUID() };
    const made = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    service.directory.after = async (operation) => {
      if (operation !== "makeIdentity") return;
      made.resolve();
      await goOn.promise;
    };
    const first = refusalOf(service.auth().signUp(wish, { headers }));
    await made.promise;
    service.directory.isAway = true;
    expect(await refusalOf(service.auth().signUp(wish, { headers }))).toMatchObject({ kind: "unavailable" });
    service.directory.isAway = false;

    goOn.resolve();

    expect(await first).toMatchObject({ kind: "unavailable" });
    expect(identitiesOf(wish.email!)).toEqual([]);
    expect(await holdersOf(service.db, wish.email!)).toEqual([]);
    await givenUser(service, wish);
  });

  it("goes on with the same key where the first request died, before or after the identity was made", async () => {
    for (const moment of ["before", "after"] as const) {
      const wish = person();
      const headers = { "idempotency-key": randomUUID() };
      const died = Promise.withResolvers<void>();
      // A process that dies neither answers nor cleans up.
      service.directory[moment] = async (operation) => {
        if (operation !== "makeIdentity") return;
        died.resolve();
        await new Promise(() => undefined);
      };
      void service
        .auth()
        .signUp(wish, { headers })
        .catch(() => undefined);
      await died.promise;
      service.directory[moment] = () => undefined;
      expect(await refusalOf(service.auth().signUp(wish))).toMatchObject({ reason: "EMAIL_TAKEN" });

      const { user } = await service.auth().signUp(wish, { headers });

      await completeSignUp(service, user!.userId);
      expect(identitiesOf(wish.email!)).toMatchObject([{ userId: user!.userId, isEnabled: true }]);
      expect(await sagasAbout(service.db, user!.userId)).toBe(1);
    }
  });
});
