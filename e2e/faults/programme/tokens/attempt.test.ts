import { describe, expect, it } from "vitest";
import { checkAttempts, countAttempts, type Attempt } from "./attempt.ts";

const LIFE = { expiresAt: 1_000, refusedFrom: 2_000 };
const REFUSED = "401 /problems/common/token-invalid";
const ask = (beganAt: number, endedAt: number, answer: string, key?: string): Attempt => {
  return { beganAt, endedAt, answer, key };
};

describe("checkAttempts", () => {
  it.each([
    ["served before it expires", ask(900, 950, "201", "made"), []],
    ["served within the tolerance", ask(1_100, 1_200, "200"), []],
    ["refused within the tolerance", ask(1_100, 1_200, REFUSED, "none"), []],
    ["served when it began in time", ask(1_999, 2_001, "201", "made"), []],
    ["refused when it ended too late", ask(1_999, 2_001, REFUSED, "none"), []],
    ["told to come again, and had its effect", ask(900, 999, "504 /problems/common/deadline-exceeded", "made"), []],
    ["told to come again, and had none", ask(900, 999, "503 /problems/common/unavailable", "none"), []],
    [
      "told to come again after",
      ask(2_000, 2_001, "503 /problems/x", "none"),
      [expect.stringContaining("answered 503")],
    ],
    ["refused after", ask(2_000, 2_001, REFUSED, "none"), []],
    ["served after", ask(2_000, 2_001, "201", "made"), ["served by mistake, 0 to 1 ms from when its token is refused"]],
    ["refused before", ask(900, 999, REFUSED), ["refused too early, -1100 to -1001 ms from when its token is refused"]],
    ["told something else", ask(2_000, 2_001, "403"), ["answered 403, 0 to 1 ms from when its token is refused"]],
    ["refused with an effect", ask(2_000, 2_001, REFUSED, "made"), [expect.stringContaining("made 1 orders")]],
    ["served without an effect", ask(900, 950, "201", "none"), [expect.stringContaining("made 0 orders")]],
  ])("judges a request that is %s", (_, attempt, violations) => {
    expect(checkAttempts(LIFE, [attempt], new Map([["made", 1]]))).toEqual(violations);
  });
});

describe("countAttempts", () => {
  it("tells apart what was under way at the last moment", () => {
    const attempts = [
      ask(900, 950, "201"),
      ask(1_100, 1_200, "201"),
      ask(1_900, 2_000, "201"),
      ask(1_900, 2_100, REFUSED),
      ask(2_000, 2_001, REFUSED),
    ];

    expect(countAttempts(LIFE, attempts)).toEqual({
      requests: 5,
      within: 1,
      inFlight: 2,
      inFlightRefused: 1,
      after: 1,
    });
  });
});
