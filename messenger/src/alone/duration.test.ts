import { expect, it } from "vitest";
import { msOf } from "./duration.ts";

it.each([
  ["90m", 5_400_000],
  ["12h", 43_200_000],
  ["30d", 2_592_000_000],
  ["30", NaN],
  ["d", NaN],
  ["1h30m", NaN],
])("the duration %s has %d milliseconds", (duration, ms) => {
  expect(msOf(duration)).toBe(ms);
});
