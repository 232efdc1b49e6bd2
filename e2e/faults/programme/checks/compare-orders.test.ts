import { describe, expect, it } from "vitest";
import { noteOf } from "../../../src/order-load.ts";
import { compareOrders } from "./orders.ts";

const row = (key: string, orderId: string) => ({ order_id: orderId, note: noteOf(key) });

describe("compareOrders", () => {
  it("finds nothing wrong with one order for each key that was told so", () => {
    expect(
      compareOrders(
        new Map([
          ["a", "1"],
          ["b", undefined],
        ]),
        [row("a", "1")],
      ),
    ).toEqual([]);
  });

  it("lets a key that was never told have made its order", () => {
    expect(compareOrders(new Map([["b", undefined]]), [row("b", "2")])).toEqual([]);
  });

  it.each([
    ["an order that is lost", [["a", "1"]], []],
    ["another order than was told", [["a", "1"]], [row("a", "2")]],
    ["an order with another body", [["a", "1"]], [row("b", "1")]],
    ["two orders of one key", [["a", "1"]], [row("a", "1"), row("a", "2")]],
    ["an order that nobody asked for", [], [row("a", "1")]],
  ] as const)("finds %s", (_, told, rows) => {
    expect(compareOrders(new Map(told), rows)).not.toEqual([]);
  });
});
