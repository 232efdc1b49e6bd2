import { describe, expect, it } from "vitest";
import { serviceNameIn } from "./peer.ts";

describe("the service that a certificate names", () => {
  it.each([
    ["URI:spiffe://animal-delivery/orders", "orders"],
    ["DNS:localhost, DNS:api-gateway, IP Address:127.0.0.1, URI:spiffe://animal-delivery/api-gateway", "api-gateway"],
  ])("in %s is %s", (names, service) => {
    expect(serviceNameIn(names)).toBe(service);
  });

  it.each([
    undefined,
    "",
    "DNS:api-gateway",
    "URI:spiffe://animal-delivery/",
    "URI:spiffe://animal-delivery/api-gateway/other",
    "URI:spiffe://animal-delivery/api-gateway%2e",
    "URI:spiffe://animal-delivery.example/api-gateway",
    "URI:https://animal-delivery/api-gateway",
    "DNS:URI:spiffe://animal-delivery/api-gateway",
    // What Node makes of the DNS name `x, URI:spiffe://animal-delivery/api-gateway, y`.
    String.raw`DNS:"x\u002c URI:spiffe://animal-delivery/api-gateway\u002c y"`,
    "URI:spiffe://animal-delivery/orders, URI:spiffe://animal-delivery/api-gateway",
    "URI:spiffe://animal-delivery/orders, URI:spiffe://other.example/orders",
  ])("in %j is none", (names) => {
    expect(serviceNameIn(names)).toBeUndefined();
  });
});
