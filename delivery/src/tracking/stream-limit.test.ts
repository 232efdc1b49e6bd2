import { describe, expect, it } from "vitest";
import { createStreamLimit } from "./stream-limit.ts";

describe("the limit of open streams", () => {
  it("refuses one caller's stream over the limit and no other caller's", () => {
    const limit = createStreamLimit(2, () => undefined);
    limit.open("anna");
    limit.open("anna");

    expect(() => limit.open("anna")).toThrow(expect.objectContaining({ reason: "STREAM_LIMIT_REACHED" }));
    expect(() => limit.open("boris")).not.toThrow();
  });

  it("gives a place back when a stream ends", () => {
    const counts: number[] = [];
    const limit = createStreamLimit(1, (open) => counts.push(open));

    limit.open("anna")[Symbol.dispose]();
    limit.open("anna")[Symbol.dispose]();

    expect(counts).toEqual([1, 0, 1, 0]);
  });
});
