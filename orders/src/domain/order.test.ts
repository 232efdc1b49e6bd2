import { describe, expect, it } from "vitest";
import { isFinal, mayGo, TRANSITIONS, type OrderStatus } from "./order.ts";

const STATUSES = Object.keys(TRANSITIONS) as OrderStatus[];

// The state machine as it was agreed, written down a second time on purpose.
const AGREED: Record<OrderStatus, string> = {
  placed: "dispatched cancelled",
  dispatched: "in_transit cancelling cancelled failed",
  cancelling: "cancelled in_transit failed",
  in_transit: "delivered failed",
  delivered: "",
  cancelled: "",
  failed: "",
};

describe("mayGo", () => {
  const steps = STATUSES.flatMap((from) =>
    STATUSES.map((to) => [from, to, AGREED[from].split(" ").includes(to)] as const),
  );

  it.each(steps)("from %s to %s: %s", (from, to, allowed) => {
    expect(mayGo(from, to)).toBe(allowed);
  });
});

describe("isFinal", () => {
  it("holds for delivered, cancelled and failed alone", () => {
    expect(STATUSES.filter(isFinal)).toEqual(["delivered", "cancelled", "failed"]);
  });
});
