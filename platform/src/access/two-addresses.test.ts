import { expect, it } from "vitest";
import { twoAddresses } from "./two-addresses.ts";

const issuer = "https://id.example/realms/x";
const discoveryUrl = "https://inside:8443/realms/x/.well-known/openid-configuration";

it.each([
  ["below the inner address", "https://inside:8443/realms/x/token", "https://id.example/realms/x/token"],
  ["below the issuer's", "https://id.example/realms/x/auth", "https://id.example/realms/x/auth"],
  ["elsewhere", "https://other.example/auth", "https://other.example/auth"],
  ["beside the inner address", "https://inside:8443/realms/xy/token", "https://inside:8443/realms/xy/token"],
])("an endpoint %s is, for browsers, where they reach it", (_where, endpoint, forBrowsers) => {
  expect(twoAddresses({ issuer, discoveryUrl }).forBrowsers(endpoint)).toBe(forBrowsers);
});

it("an endpoint below the issuer's address is, for us, below the inner one", () => {
  expect(twoAddresses({ issuer, discoveryUrl }).forUs("https://id.example/realms/x/logout")).toBe(
    "https://inside:8443/realms/x/logout",
  );
});

it("of a provider with one address every endpoint stays as it is", () => {
  const { forBrowsers, forUs } = twoAddresses({ issuer: `${issuer}/` });

  expect([forBrowsers(`${issuer}/token`), forUs(`${issuer}/token`)]).toEqual([`${issuer}/token`, `${issuer}/token`]);
});
