import { beforeEach, describe, expect, it } from "vitest";
import type { AdminApi } from "./admin-api.ts";
import { setRoles } from "./roles.ts";

// Keycloak as far as roles go, with answers that a real one gives in the rarest of instants.
const role = (name: string) => ({ id: `id-of-${name}`, name });
let given: string[];
let changes: string[];
/** What becomes of the next changes; once empty they are taken. */
let fates: number[];
beforeEach(() => {
  [given, changes, fates] = [["customer", "default-roles-animal-delivery"], [], []];
});

const admin: AdminApi = async ({ method, path, body }, expected) => {
  const answer = (status: number, content?: unknown) => ({ status, body: content, madeId: "" });
  if (path.endsWith("/available")) {
    return answer(200, ["customer", "courier"].filter((name) => !given.includes(name)).map(role));
  }
  if (method === "GET") return answer(200, given.map(role));
  const names = (body as { name: string }[]).map(({ name }) => name);
  changes.push(`${method} ${names.join()}`);
  const status = fates.shift() ?? 204;
  if (!expected?.includes(status)) throw new Error(`nobody expects ${status}`);
  if (status === 204) given = given.filter((name) => !names.includes(name));
  if (status === 204 && method === "POST") given = [...given, ...names];
  return answer(status);
};

describe("setRoles", () => {
  it("takes before it gives, and leaves Keycloak's own role alone", async () => {
    await setRoles(admin, "ada", ["courier"]);

    expect(changes).toEqual(["DELETE customer", "POST courier"]);
    expect(given).toEqual(["default-roles-animal-delivery", "courier"]);
  });

  it("plans anew after a lost race, and gives up in the end", async () => {
    fates = [204, 400];
    await setRoles(admin, "ada", ["courier"]);
    expect(changes).toEqual(["DELETE customer", "POST courier", "POST courier"]);

    fates = Array.from({ length: 9 }, () => 400);
    await expect(setRoles(admin, "ada", [])).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
    expect(fates).toHaveLength(4);
  });

  it("changes nothing when one of the roles is not ours to give", async () => {
    await expect(setRoles(admin, "ada", ["courier", "admin"])).rejects.toMatchObject({
      reason: "ROLES_REFUSED",
      metadata: { roles: "admin" },
    });

    expect(changes).toEqual([]);
  });

  it("changes nothing when one of the roles is not ours to take", async () => {
    fates = [403];

    await expect(setRoles(admin, "ada", ["courier"])).rejects.toMatchObject({ reason: "ROLES_REFUSED" });

    expect(given).toContain("customer");
  });
});
