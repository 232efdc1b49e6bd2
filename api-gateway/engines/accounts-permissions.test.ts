import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenRealm, type Realm } from "@animal-delivery/platform/testing/keycloak-realm";

let realm: Realm;
let token: string;
beforeAll(async () => {
  realm = await givenRealm("http://localhost:8080");
  const form = { grant_type: "client_credentials", client_id: "accounts", client_secret: realm.accountsSecret };
  const address = `${realm.issuer}/protocol/openid-connect/token`;
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
  token = ((await response.json()) as { access_token: string }).access_token;
});
afterAll(async () => realm[Symbol.asyncDispose]());

describe("the client accounts", () => {
  it("makes a user and gives the roles customer and courier", async () => {
    const userId = await givenUser();

    expect([await give(userId, "customer"), await give(userId, "courier")]).toEqual([204, 204]);
  });

  it("makes nobody a dispatcher or an administrator", async () => {
    const userId = await givenUser();

    expect([await give(userId, "dispatcher"), await give(userId, "admin")]).toEqual([403, 403]);
  });

  it("keeps users: their passwords, sessions and locks", async () => {
    const userId = await givenUser();
    const password = { type: "password", value: "seventeen tame ferrets", temporary: false };

    const answers = [
      await ask("PUT", `/users/${userId}`, { enabled: false }),
      await ask("PUT", `/users/${userId}/reset-password`, password),
      await ask("DELETE", `/attack-detection/brute-force/users/${userId}`),
      await ask("GET", `/users/${userId}/sessions`),
      await ask("POST", `/users/${userId}/logout`),
      await ask("DELETE", `/users/${userId}`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 200, 204, 204]);
  });

  it("is nobody else, and gives nobody rights in the administration", async () => {
    const userId = await givenUser();
    const [management] = (await (await realm.admin("GET", "/clients?clientId=realm-management")).json()) as {
      id: string;
    }[];
    const role = (await (await realm.admin("GET", `/clients/${management?.id}/roles/manage-users`)).json()) as object;

    const answers = [
      await ask("POST", `/users/${userId}/impersonation`),
      await ask("POST", `/users/${userId}/role-mappings/clients/${management?.id}`, [role]),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  });

  it.each([
    ["PUT", "", { registrationAllowed: true }],
    ["GET", "/clients", undefined],
    ["GET", "/events", undefined],
    ["POST", "/roles", { name: "root" }],
    ["POST", "/components", {}],
  ])("may not %s %s", async (method, path, body) => {
    const { status, clients } = await ask(method, path, body);

    // Keycloak answers a list of clients that one may not see with an empty one.
    expect(status === 403 || clients === "[]").toBe(true);
  });
});

async function ask(method: string, path: string, body?: unknown) {
  const url = realm.issuer.replace("/realms/", "/admin/realms/") + path;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, location: response.headers.get("location") ?? "", clients: await response.text() };
}

async function givenUser(): Promise<string> {
  const username = randomUUID();
  const user = { username, email: `${username}@animal-delivery.example`, enabled: true };
  const { status, location } = await ask("POST", "/users", user);
  expect(status).toBe(201);
  return location.split("/").at(-1) ?? "";
}

/** Status of giving a role, which the administrator looks up. */
async function give(userId: string, role: string): Promise<number> {
  const found = (await (await realm.admin("GET", `/roles/${role}`)).json()) as object;
  return (await ask("POST", `/users/${userId}/role-mappings/realm`, [found])).status;
}
