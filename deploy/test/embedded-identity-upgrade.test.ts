import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { applyMigrations } from "@animal-delivery/platform/db/migrate";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { createPasswords } from "../embedded/identity/password.ts";
import { givenIdentity } from "./fixtures/identity.ts";

const FIRST = fileURLToPath(new URL("../embedded/identity/migrations/0001_identity.sql", import.meta.url));
const CUSTOMER = "a0000000-0000-4000-8000-000000000001";

// A platform whose data are from before there was a directory.
describe("startIdentityProvider", () => {
  const identity = givenIdentity({
    prepare: async (url) => {
      await ensureDatabase(url);
      const folder = await mkdtemp(join(tmpdir(), "identity-migrations-"));
      await cp(FIRST, join(folder, "0001_identity.sql"));
      await applyMigrations(url, [{ folder, table: "migrations" }]);
      await rm(folder, { recursive: true });
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(
        "insert into users (user_id, username, password_hash, roles) values ($1, 'customer', $2, $3)",
        [CUSTOMER, await createPasswords().hash("my own password"), ["customer"]],
      );
      await client.end();
    },
  });

  it("keeps the users there were, with their passwords, and gives them e-mail addresses", async () => {
    expect(await identity.provider.directory.findIdentity(CUSTOMER)).toMatchObject({
      username: "customer",
      email: "customer@animal-delivery.example",
      emailVerified: true,
      isEnabled: true,
      roles: ["customer"],
    });
    for (const name of ["customer", "Customer@animal-delivery.example"]) {
      const { access_token: token } = await identity.signIn(name, "my own password");
      expect((await identity.verified(token)).sub).toBe(CUSTOMER);
    }
    expect(await identity.provider.usersWithSeededPassword()).not.toContain("customer");
  });
});
