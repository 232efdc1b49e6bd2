import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.ts";

describe("clientAddress", () => {
  it.each([
    ["10.0.0.1", null, 0, "10.0.0.1"],
    ["10.0.0.1", "1.2.3.4", 0, "10.0.0.1"],
    ["10.0.0.1", "1.2.3.4", 1, "1.2.3.4"],
    ["10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"],
    ["10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"],
    ["10.0.0.1", "1.2.3.4", 5, "1.2.3.4"],
    ["10.0.0.1", null, 1, "10.0.0.1"],
    ["::ffff:10.0.0.1", null, 0, "10.0.0.1"],
    ["2001:db8:1:2:3:4:5:6", null, 0, "2001:db8:1:2::/64"],
    ["2001:db8::1", null, 0, "2001:db8:0:0::/64"],
    ["::1", null, 0, "0:0:0:0::/64"],
    ["fe80::1%eth0", null, 0, "fe80:0:0:0::/64"],
    [undefined, null, 0, "unknown"],
  ])("of %s with %s behind %i proxies is %4$s", (remote, forwardedFor, proxies, address) => {
    expect(clientAddress(remote, forwardedFor, proxies)).toBe(address);
  });
});
