import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { timeBound } from "./time-bound.ts";

describe("timeBound", () => {
  it.each([
    [0n, 0, "1970-01-01T00:00:00.000Z"],
    [1n, 1_000_000, "1970-01-01T00:00:01.001Z"],
    [1n, 1_000_001, "1970-01-01T00:00:01.002Z"],
    [-1n, 0, "1969-12-31T23:59:59.000Z"],
    [9_000_000_000_000_000_000n, 0, "9999-12-31T23:59:59.000Z"],
    [-9_000_000_000_000_000_000n, 0, "0001-01-01T00:00:00.000Z"],
  ])("takes %s s and %s ns for %s", (seconds, nanos, text) => {
    expect(timeBound(create(TimestampSchema, { seconds, nanos }))?.toISOString()).toBe(text);
  });

  it("leaves out what is not given", () => {
    expect(timeBound(undefined)).toBeUndefined();
  });
});
