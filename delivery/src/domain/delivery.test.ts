import { describe, expect, it } from "vitest";
import { finishedAt, startedDelivery, withStatus } from "./delivery.ts";

const place = { street: "s", city: "c", postalCode: "", country: "DE", latitude: 0, longitude: 0 };
const journey = { pickup: place, dropOff: place, recipient: { name: "n", phone: "+491" }, note: "", cargo: [] };
const started = startedDelivery({ deliveryId: "d", orderId: "o", customerId: "c", journey }, new Date(1));

describe("withStatus", () => {
  it("goes one event and one change further", () => {
    const assigned = withStatus(started, "assigned", new Date(2), { courierId: "boris" });

    expect(assigned).toMatchObject({ status: "assigned", courierId: "boris", version: 2n, changeSeq: 2n });
    expect(assigned.updatedAt).toEqual(new Date(2));
    expect(finishedAt(assigned)).toBeUndefined();
  });

  it("refuses what the table does not allow, and says from where to where", () => {
    const refusal = {
      kind: "refused",
      reason: "DELIVERY_STATUS_REFUSED",
      metadata: { from: "pending", to: "delivered" },
    };

    expect(() => withStatus(started, "delivered", new Date(2))).toThrow(expect.objectContaining(refusal));
  });

  it("notes the end of a finished delivery", () => {
    const cancelled = withStatus(started, "cancelled", new Date(3));

    expect(finishedAt(cancelled)).toEqual(new Date(3));
  });
});
