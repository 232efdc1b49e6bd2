import { describe, expect, it } from "vitest";
import { z } from "zod";
import { oidcEnv } from "@animal-delivery/platform/config/fragments";
import { keycloakEnv, keycloakOptions } from "./keycloak-config.ts";

const Config = z.object({ ...oidcEnv, ...keycloakEnv }).transform(keycloakOptions);
const LEAST = {
  OIDC_ISSUER: "https://id.example/realms/animal-delivery",
  KEYCLOAK_ADMIN_URL: "https://id.example/admin/realms/animal-delivery/",
  ACCOUNTS_CLIENT_SECRET: "secret",
};

describe("keycloakOptions", () => {
  it("needs the realm's address and our secret, and knows the rest", () => {
    expect(Config.parse(LEAST)).toEqual({
      adminUrl: "https://id.example/admin/realms/animal-delivery",
      issuer: "https://id.example/realms/animal-delivery",
      discoveryUrl: undefined,
      clientId: "accounts",
      clientSecret: "secret",
      firstPartyClientId: "first-party",
      timeoutMs: 5_000,
    });
  });

  it.each([
    ["KEYCLOAK_ADMIN_URL", "http://id.example/admin/realms/animal-delivery"],
    ["ACCOUNTS_CLIENT_SECRET", ""],
    ["KEYCLOAK_TIMEOUT_MS", "0"],
  ])("refuses %s=%s", (name, value) => {
    const paths = Config.safeParse({ ...LEAST, [name]: value }).error?.issues.map(({ path }) => path[0]);

    expect(paths).toEqual([name]);
  });
});
