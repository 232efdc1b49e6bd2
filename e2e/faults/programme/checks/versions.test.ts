import { describe, expect, it } from "vitest";
import { checkVersions, type OutboxEvent } from "./events.ts";

const event = (aggregateId: string, version: bigint, sent = true): OutboxEvent => ({
  eventId: crypto.randomUUID(),
  aggregateId,
  version,
  sent,
});

describe("checkVersions", () => {
  it("is content with versions that follow one another, wherever they begin", () => {
    expect(checkVersions([event("a", 2n), event("a", 1n), event("b", 7n)])).toEqual([]);
  });

  it.each([
    ["a gap", [event("a", 1n), event("a", 3n)]],
    ["a version told twice", [event("a", 1n), event("a", 1n)]],
    ["an event that was not sent", [event("a", 1n, false)]],
  ])("finds %s", (_, events) => {
    expect(checkVersions(events)).toHaveLength(1);
  });
});
