import { describe, expect, it } from "vitest";
import { DELIVERY_STATUSES, isDriven, isFinal, mayGo, type DeliveryStatus } from "./status.ts";

const ALLOWED: readonly `${DeliveryStatus} -> ${DeliveryStatus}`[] = [
  "pending -> assigned",
  "pending -> cancelled",
  "pending -> failed",
  "assigned -> picked_up",
  "assigned -> cancelled",
  "assigned -> failed",
  "picked_up -> delivered",
  "picked_up -> failed",
];

const pairs = DELIVERY_STATUSES.flatMap((from) => DELIVERY_STATUSES.map((to) => ({ from, to })));

describe("the life of a delivery", () => {
  it.each(pairs)("goes from $from to $to only where the table says so", ({ from, to }) => {
    expect(mayGo(from, to)).toBe(ALLOWED.includes(`${from} -> ${to}`));
  });

  it("ends in delivered, failed and cancelled", () => {
    expect(DELIVERY_STATUSES.filter(isFinal)).toEqual(["delivered", "failed", "cancelled"]);
  });

  it("takes positions while a courier has it in hand", () => {
    expect(DELIVERY_STATUSES.filter(isDriven)).toEqual(["assigned", "picked_up"]);
  });
});
