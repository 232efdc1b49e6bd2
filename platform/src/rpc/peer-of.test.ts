import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ROUTED_SERVICES } from "@animal-delivery/contracts/gen/services";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { describe, expect, it } from "vitest";
import { peerOf, peerOfPackage } from "./peer-of.ts";

describe("peerOf", () => {
  it.each([
    [OrderService, "orders"],
    [UserService, "accounts"],
    [AuthService, "accounts"],
  ])("says who answers $typeName", (service, peer) => {
    expect(peerOf(service)).toBe(peer);
  });

  it("names the services that routes lead to", () => {
    expect([...new Set(ROUTED_SERVICES.map(peerOf))].sort()).toEqual([
      "accounts",
      "delivery",
      "logging",
      "messenger",
      "notes",
      "orders",
      "sagas",
    ]);
  });
});

describe("peerOfPackage", () => {
  it("says who refuses for the reasons of a package", () => {
    expect(["users", "orders", "common"].map(peerOfPackage)).toEqual(["accounts", "orders", "common"]);
  });
});
