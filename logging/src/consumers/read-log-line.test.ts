import { describe, expect, it } from "vitest";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { readLogLine } from "./read-log-line.ts";

const ARRIVED = new Date("2026-11-20T12:00:00.000Z");

describe("readLogLine", () => {
  it("takes the line's own parts apart and keeps the other fields", () => {
    const line = {
      timestamp: "2026-11-20T11:59:59.123Z",
      level: "warn",
      service: "orders",
      message: "slow",
      trace_id: "t",
      span_id: "s",
      request_id: "r",
      correlation_id: "c",
      duration_ms: 12,
    };

    expect(readLogLine(recordOf(JSON.stringify(line)), "logs", 2)).toEqual({
      loggedAt: new Date("2026-11-20T11:59:59.123Z"),
      service: "orders",
      level: "warn",
      message: "slow",
      traceId: "t",
      spanId: "s",
      requestId: "r",
      correlationId: "c",
      fields: '{"duration_ms":12}',
      topic: "logs",
      partition: 2,
      offset: 7n,
    });
  });

  it.each(["no json", "[1]", "null", '"text"', ""])("keeps %j as the message of a line", (text) => {
    expect(readLogLine(recordOf(text), "logs", 0)).toMatchObject({
      message: text,
      service: "key",
      level: "info",
      loggedAt: ARRIVED,
      fields: "{}",
    });
  });

  it.each([
    ["a time that is none", { timestamp: "soon" }],
    ["a time before 1970", { timestamp: "1492-10-12T00:00:00Z" }],
    ["a time that the store cannot hold", { timestamp: "+010000-01-01T00:00:00Z" }],
  ])("takes the bus's time for %s", (_, line) => {
    expect(readLogLine(recordOf(JSON.stringify(line)), "logs", 0).loggedAt).toEqual(ARRIVED);
  });

  it("mends what JSON allows and ClickHouse does not", () => {
    const log = readLogLine(
      recordOf(String.raw`{"message":"\ud800","trace_id":{"a":1},"level":"toString"}`),
      "logs",
      0,
    );

    expect(log).toMatchObject({ message: "\ufffd", traceId: '{"a":1}', level: "info" });
  });
});

function recordOf(text: string): ConsumedRecord {
  return { key: "key", value: Buffer.from(text), headers: {}, offset: 7n, timestamp: ARRIVED };
}
