import { describe, expect, it } from "vitest";
import { cancel, dispatch, follow, refuseCancellation, remove, type DeliveryNews } from "./order-change.ts";
import type { Cancellation, Order, OrderStatus } from "./order.ts";

const now = new Date("2026-03-01T12:00:00Z");
const earlier = new Date("2026-03-01T11:00:00Z");
const openWish: Cancellation = { outcome: "requested", reason: "moving", requestedAt: earlier, decidedAt: undefined };

describe("dispatch", () => {
  it("hands a placed order over", () => {
    const { after, facts } = dispatch(order({ status: "placed" }), "d1", now) ?? {};

    expect(after).toMatchObject({ status: "dispatched", deliveryId: "d1", updatedAt: now, version: 8n });
    expect(facts).toEqual(["dispatched"]);
  });

  it.each<OrderStatus>(["dispatched", "cancelling", "in_transit", "delivered", "cancelled", "failed"])(
    "changes nothing when the same delivery asks again and the order is %s",
    (status) => {
      expect(dispatch(order({ status, deliveryId: "d1" }), "d1", now)).toBeUndefined();
    },
  );

  it.each<OrderStatus>(["dispatched", "cancelling", "in_transit", "delivered", "cancelled", "failed"])(
    "refuses another delivery when the order is %s",
    (status) => {
      expect(() => dispatch(order({ status, deliveryId: "d1" }), "d2", now)).toThrow(
        expect.objectContaining({ kind: "refused", reason: "ORDER_STATUS_REFUSED", metadata: { from: status } }),
      );
    },
  );
});

describe("cancel", () => {
  it("grants it at once while the order is placed", () => {
    expect(cancel(order({ status: "placed" }), "moving", now)).toMatchObject({
      after: {
        status: "cancelled",
        cancellation: { outcome: "granted", reason: "moving", requestedAt: now, decidedAt: now },
        version: 8n,
      },
      facts: ["cancelled"],
    });
  });

  it("asks delivery once the order is dispatched", () => {
    expect(cancel(order({ status: "dispatched", deliveryId: "d1" }), "moving", now)).toMatchObject({
      after: { status: "cancelling", cancellation: { outcome: "requested", decidedAt: undefined } },
      facts: ["cancellationRequested"],
    });
  });

  it("changes nothing while delivery has not answered", () => {
    expect(cancel(order({ status: "cancelling", cancellation: openWish }), "again", now)).toBeUndefined();
  });

  it.each<OrderStatus>(["in_transit", "delivered", "cancelled", "failed"])(
    "is refused when the order is %s",
    (status) => {
      expect(() => cancel(order({ status }), "moving", now)).toThrow(
        expect.objectContaining({ kind: "refused", reason: "ORDER_STATUS_REFUSED", metadata: { from: status } }),
      );
    },
  );
});

describe("remove", () => {
  it.each<OrderStatus>(["delivered", "cancelled", "failed"])("lets go of an order that is %s", (status) => {
    expect(remove(order({ status }), now)).toMatchObject({ after: { version: 8n }, facts: ["deleted"] });
  });

  it.each<OrderStatus>(["placed", "dispatched", "cancelling", "in_transit"])("keeps an order that is %s", (status) => {
    expect(() => remove(order({ status }), now)).toThrow(
      expect.objectContaining({ kind: "refused", reason: "ORDER_STATUS_REFUSED", metadata: { from: status } }),
    );
  });
});

describe("follow", () => {
  it.each<[OrderStatus, DeliveryNews, OrderStatus]>([
    ["dispatched", "pickedUp", "in_transit"],
    ["dispatched", "failed", "failed"],
    ["dispatched", "cancelled", "cancelled"],
    ["in_transit", "completed", "delivered"],
    ["in_transit", "failed", "failed"],
  ])("takes an order from %s by %s to %s", (status, news, to) => {
    const change = follow(order({ status, deliveryId: "d1" }), news, now);

    expect(change).toMatchObject({ after: { status: to, version: 8n, updatedAt: now } });
    expect(change?.facts).toHaveLength(1);
  });

  it.each<[DeliveryNews, OrderStatus, Cancellation["outcome"], string[]]>([
    ["pickedUp", "in_transit", "refused", ["cancellationRefused", "transitStarted"]],
    ["failed", "failed", "refused", ["cancellationRefused", "failed"]],
    ["cancelled", "cancelled", "granted", ["cancelled"]],
  ])("settles an open wish to cancel by %s: %s, %s", (news, status, outcome, facts) => {
    const change = follow(order({ status: "cancelling", cancellation: openWish }), news, now);

    expect(change).toMatchObject({ after: { status, cancellation: { ...openWish, outcome, decidedAt: now } }, facts });
    expect(change?.after.version).toBe(7n + BigInt(facts.length));
  });

  it.each<[OrderStatus, DeliveryNews]>([
    ["placed", "pickedUp"],
    ["placed", "completed"],
    ["placed", "failed"],
    ["dispatched", "completed"],
    ["cancelling", "completed"],
    ["in_transit", "pickedUp"],
    ["in_transit", "cancelled"],
    ["delivered", "pickedUp"],
    ["delivered", "completed"],
    ["delivered", "failed"],
    ["cancelled", "pickedUp"],
    ["cancelled", "cancelled"],
    ["failed", "cancelled"],
    ["failed", "completed"],
  ])("leaves an order that is %s where it is on %s", (status, news) => {
    expect(follow(order({ status }), news, now)).toBeUndefined();
  });
});

describe("refuseCancellation", () => {
  it("settles an open wish and leaves the status to the delivery", () => {
    expect(refuseCancellation(order({ status: "cancelling", cancellation: openWish }), now)).toMatchObject({
      after: { status: "cancelling", cancellation: { outcome: "refused", decidedAt: now } },
      facts: ["cancellationRefused"],
    });
  });

  it("changes nothing when the wish is settled or there is none", () => {
    const settled = { ...openWish, outcome: "refused", decidedAt: earlier } as const;

    expect(refuseCancellation(order({ status: "in_transit", cancellation: settled }), now)).toBeUndefined();
    expect(refuseCancellation(order({ status: "in_transit" }), now)).toBeUndefined();
  });
});

function order(fields: Partial<Order>): Order {
  const address = { street: "", city: "", postalCode: "", country: "DE", latitude: 0, longitude: 0 };
  return {
    orderId: "o1",
    customerId: "c1",
    status: "placed",
    items: [],
    total: { amountMinor: 0n, currency: "EUR" },
    pickup: address,
    dropOff: address,
    recipient: { name: "", phone: "" },
    note: "",
    cancellation: undefined,
    deliveryId: undefined,
    placedAt: earlier,
    updatedAt: earlier,
    version: 7n,
    ...fields,
  };
}
