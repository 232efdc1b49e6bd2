import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine } from "@animal-delivery/platform/testing/engines";
import { givenRealm, type Realm } from "@animal-delivery/platform/testing/keycloak-realm";
import { type TcpGate, tcpGate } from "@animal-delivery/platform/testing/tcp-gate";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { KeycloakOptions } from "../src/directory/keycloak/keycloak-config.ts";
import { openKeycloakDirectory } from "../src/directory/keycloak/open-keycloak-directory.ts";
import type { UserDirectory } from "../src/directory/user-directory.ts";
import { userDirectoryContract } from "../src/testing/user-directory-contract.ts";

let realm: Realm;
let gate: TcpGate;
let options: KeycloakOptions;
let directory: UserDirectory;
beforeAll(async () => {
  realm = await givenRealm("http://localhost:8080");
  // Cases sign in and fail as fast as they can.
  await realm.admin("PUT", "", { quickLoginCheckMilliSeconds: 0 });
  gate = await tcpGate(engine("KEYCLOAK_URL"));
  options = {
    adminUrl: new URL(new URL(realm.issuer).pathname.replace("/realms/", "/admin/realms/"), gate.url).href,
    issuer: realm.issuer,
    discoveryUrl: undefined,
    clientId: "accounts",
    clientSecret: realm.accountsSecret,
    firstPartyClientId: "first-party",
    // Hashing passwords takes Keycloak long on a machine that runs every engine and every test.
    timeoutMs: 60_000,
  };
  directory = openKeycloakDirectory(options, testTelemetry("accounts"));
});
afterAll(async () => {
  await gate.close();
  await realm[Symbol.asyncDispose]();
});

// The directory by Keycloak's administration API, which stands behind a gate; people sign in beside it.
describe("openKeycloakDirectory", () => {
  userDirectoryContract(() => ({
    directory,
    tokenUrl: tokenUrl(),
    userId: async (username) => realm.userId(username),
    close: async () => gate.close(),
    open: async () => gate.open(),
    loseAnswers: () => gate.loseAnswers(),
  }));

  it("makes whole whom an interrupted call left without roles", async () => {
    const signUp = someSignUp();
    const half = { username: signUp.email, email: signUp.email, attributes: { sign_up_id: [signUp.signUpId] } };
    await realm.admin("POST", "/users", { ...half, enabled: false });

    const userId = await directory.makeIdentity(signUp);

    expect(await directory.findIdentity(userId)).toMatchObject({ roles: ["customer"], signUpId: signUp.signUpId });
  });

  it("cannot make dispatchers or administrators, nor anything less of one", async () => {
    const userId = await directory.makeIdentity(someSignUp());
    const admin = await realm.userId("admin");
    const refusal = { kind: "forbidden", reason: "ROLES_REFUSED" };

    await expect(directory.setRoles(userId, ["courier", "dispatcher"])).rejects.toMatchObject(refusal);
    await expect(directory.setRoles(admin, ["customer"])).rejects.toMatchObject(refusal);
    await expect(directory.makeIdentity({ ...someSignUp(), roles: ["admin"] })).rejects.toMatchObject(refusal);

    expect((await directory.findIdentity(userId))?.roles).toEqual(["customer"]);
    expect((await directory.findIdentity(admin))?.roles).toEqual(["admin"]);
  });

  it("refuses a password that the realm's policy refuses", async () => {
    const userId = await directory.makeIdentity(someSignUp());

    for (const password of ["short", "x".repeat(257)]) {
      await expect(directory.setPassword(userId, password)).rejects.toMatchObject({ reason: "PASSWORD_COMMON" });
    }
  });

  it("says that an account is locked, and a new password lifts that", async () => {
    await realm.admin("PUT", "", { failureFactor: 3 });
    const { email } = someSignUp();
    const userId = await directory.makeIdentity({ ...someSignUp(), email });
    await directory.setEnabled(userId, true);

    const guess = async () => directory.checkPassword(userId, "wrong guess").catch((error: unknown) => error);
    await expect.poll(guess, { timeout: 60_000 }).toMatchObject({ kind: "exhausted", reason: "RATE_LIMITED" });
    await directory.setPassword(userId, "nineteen wild otters");

    expect(await directory.checkPassword(userId, "nineteen wild otters")).toBe(true);
    await realm.admin("PUT", "", { failureFactor: 30 });
  });

  it("checks no passwords while the realm takes none from programs", async () => {
    const [client] = (await (await realm.admin("GET", "/clients?clientId=first-party")).json()) as { id: string }[];
    const switched = async (change: object) =>
      realm.admin("PUT", `/clients/${client?.id}`, { clientId: "first-party", ...change });
    const userId = await realm.userId("customer");

    for (const off of [{ enabled: false }, { enabled: true, directAccessGrantsEnabled: false }]) {
      await switched(off);
      const check = directory.checkPassword(userId, "customer-password");
      await expect(check).rejects.toMatchObject({ kind: "refused", reason: "PASSWORD_ELSEWHERE" });
    }

    await switched({ enabled: true, directAccessGrantsEnabled: true });
    expect(await directory.checkPassword(userId, "customer-password")).toBe(true);
  });

  it("gets a new token when Keycloak takes the old one no more", async () => {
    const own = openKeycloakDirectory(options, testTelemetry("accounts"));
    const userId = await realm.userId("courier");
    expect((await own.findIdentity(userId))?.username).toBe("courier");
    const [key] = (
      (await (await realm.admin("GET", "/components?type=org.keycloak.keys.KeyProvider")).json()) as {
        id: string;
        providerId: string;
      }[]
    ).filter(({ providerId }) => providerId === "rsa-generated");

    await realm.admin("DELETE", `/components/${key?.id}`);

    const again = Array.from({ length: 10 }, async () => own.findIdentity(userId));
    expect((await Promise.all(again)).map((each) => each?.username)).toEqual(again.map(() => "courier"));
  });

  it.each([
    ["discovery", { discoveryUrl: "http://127.0.0.1:1/.well-known/openid-configuration" }],
    ["our own secret", { clientSecret: "wrong" }],
  ])("is unavailable while %s fails", async (_what, change) => {
    const own = openKeycloakDirectory({ ...options, ...change }, testTelemetry("accounts"));

    await expect(own.findIdentity(randomUUID())).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
  });

  it("waits for a Keycloak that hangs no longer than it is told", async () => {
    const own = openKeycloakDirectory({ ...options, timeoutMs: 1_000 }, testTelemetry("accounts"));
    gate.hang();
    const from = performance.now();

    const found = own.findIdentity(randomUUID());

    await expect(found).rejects.toMatchObject({ kind: "unavailable" });
    expect(performance.now() - from).toBeLessThan(10_000);
    await gate.open();
  });

  it("finds a realm that is not there to be a fault, never a user who is not there", async () => {
    const own = openKeycloakDirectory({ ...options, adminUrl: `${options.adminUrl}-not` }, testTelemetry("accounts"));

    await expect(own.findIdentity(randomUUID())).rejects.toThrow("Keycloak");
    await expect(own.deleteIdentity(randomUUID())).rejects.toThrow("Keycloak");
  });
});

function tokenUrl(): string {
  return `${realm.issuer}/protocol/openid-connect/token`;
}

function someSignUp() {
  const email = `${randomUUID()}@example.com`;
  return { email, password: "seventeen tame ferrets", roles: ["customer"], signUpId: randomUUID() };
}
