import { describe, expect, it } from "vitest";
import { customerOfOrder, orderTimeline, TIMELINE_ENTRIES_MAX } from "./order-timeline.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { StoredLog } from "./stored-log.ts";

describe("orderTimeline", () => {
  it("orders by time, events first at the same moment, equal ones as they came", () => {
    const { entries, truncated } = orderTimeline(
      [event("a", 2), event("b", 2), event("c", 5)],
      [log("d", 1), log("e", 2)],
    );

    expect(entries.map((entry) => entry.event?.eventId ?? entry.log?.message)).toEqual(["d", "a", "b", "e", "c"]);
    expect(truncated).toBe(false);
  });

  it.each([
    [TIMELINE_ENTRIES_MAX, false],
    [TIMELINE_ENTRIES_MAX + 1, true],
  ])("of %i entries says truncated: %s", (count, expected) => {
    const logs = Array.from({ length: count }, (_, n) => log(`line ${n}`, n));

    const { entries, truncated } = orderTimeline([], logs);

    expect(entries).toHaveLength(TIMELINE_ENTRIES_MAX);
    expect(truncated).toBe(expected);
  });
});

describe("customerOfOrder", () => {
  it.each([
    ["the subject who placed it", [event("a", 1, { customer_id: "anna" })], "anna"],
    [
      "nobody for another order's event",
      [{ ...event("a", 1, { customer_id: "anna" }), aggregateId: "other" }],
      undefined,
    ],
    ["nobody for another type", [{ ...event("a", 1, { customer_id: "anna" }), type: "x" }], undefined],
    ["nobody when the event names none", [event("a", 1, {})], undefined],
    ["nobody without events", [], undefined],
  ])("answers %s", (_, events, expected) => {
    expect(customerOfOrder("order", events)).toBe(expected);
  });
});

function event(eventId: string, ms: number, payload: object = {}): StoredEvent {
  return {
    eventId,
    type: "orders.v1.OrderCreated",
    aggregateId: "order",
    aggregateVersion: 1n,
    occurredAt: new Date(ms),
    correlationId: "",
    traceId: "",
    orderId: "order",
    topic: "orders.events",
    payload: JSON.stringify(payload),
  };
}

function log(message: string, ms: number): StoredLog {
  const ids = { traceId: "", spanId: "", requestId: "", correlationId: "" };
  const place = { topic: "logs", partition: 0, offset: 1n };
  return { loggedAt: new Date(ms), service: "orders", level: "info", message, fields: "{}", ...ids, ...place };
}
