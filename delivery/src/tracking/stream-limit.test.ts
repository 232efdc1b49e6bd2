import { describe, expect, it } from "vitest";
import { createStreamLimit } from "./stream-limit.ts";

const open = new AbortController().signal;

describe("the limit of open streams", () => {
  it("refuses one caller's stream over the limit and no other caller's", () => {
    const limit = createStreamLimit(2, () => undefined);
    limit.open("anna", open);
    limit.open("anna", open);

    expect(() => limit.open("anna", open)).toThrow(expect.objectContaining({ reason: "STREAM_LIMIT_REACHED" }));
    expect(() => limit.open("boris", open)).not.toThrow();
  });

  it("gives a place back when a stream ends", () => {
    const counts: number[] = [];
    const limit = createStreamLimit(1, (count) => counts.push(count));

    limit.open("anna", open)[Symbol.dispose]();
    limit.open("anna", open)[Symbol.dispose]();

    expect(counts).toEqual([1, 0, 1, 0]);
  });

  it("gives a place back once, when the reader leaves and the stream ends after that", () => {
    const counts: number[] = [];
    const limit = createStreamLimit(1, (count) => counts.push(count));
    const leave = new AbortController();
    const stream = limit.open("anna", leave.signal);

    leave.abort();
    stream[Symbol.dispose]();

    expect(counts).toEqual([1, 0]);
  });
});
