import { describe, expect, it } from "vitest";
import type { BusRecord, ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { makePoison } from "../poison.ts";
import { checkLetters, checkParked } from "./poison.ts";

const poison = makePoison({ held: crypto.randomUUID(), freed: crypto.randomUUID() });
const given = [...poison.undecodable, ...poison.failing.map(({ record }) => record)];
const letter = (record: BusRecord, consumer = "delivery"): ConsumedRecord => {
  return { ...record, headers: { "dlq-consumer": consumer }, offset: 0n, timestamp: new Date() };
};
const letters = given.map((record) => letter(record));
const parked = [...poison.failing, ...poison.waiting].map(({ eventId, aggregateId }, index) => {
  return { event_id: eventId, aggregate_id: aggregateId, failed: index === 0 };
});

describe("checkLetters", () => {
  it("is content with exactly the poison", () => {
    expect(checkLetters(poison, letters.toReversed())).toEqual([]);
  });

  it.each([
    ["one is missing", letters.slice(1)],
    ["one is there twice", [...letters, letter(given[0]!)]],
    ["a healthy event is among them", [...letters, ...poison.healthy.map(({ record }) => letter(record))]],
    ["one was changed", [...letters.slice(1), letter({ ...given[0]!, value: Buffer.from("other") })]],
    ["somebody else gave one up", [...letters.slice(1), letter(given[0]!, "orders")]],
  ])("is not when %s", (_, found) => {
    expect(checkLetters(poison, found)).not.toEqual([]);
  });
});

describe("checkParked", () => {
  it("is content with what failed and what waits behind it", () => {
    expect(checkParked(poison, parked)).toEqual([]);
  });

  it.each([
    ["nothing is held back", []],
    ["a later event got through", parked.slice(0, -1)],
    ["the order is lost", parked.with(1, parked[2]!).with(2, parked[1]!)],
    ["another aggregate is held back", [...parked, { ...parked[0]!, aggregate_id: crypto.randomUUID() }]],
  ])("is not when %s", (_, rows) => {
    expect(checkParked(poison, rows)).toHaveLength(1);
  });
});
