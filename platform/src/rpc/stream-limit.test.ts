import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { createStreamLimit } from "./stream-limit.ts";

const open = new AbortController().signal;

describe("the limit of open streams", () => {
  it("refuses one caller's stream over the limit and no other caller's", () => {
    const limit = limitOf(2);
    limit.open("anna", open);
    limit.open("anna", open);

    expect(() => limit.open("anna", open)).toThrow(expect.objectContaining({ reason: "STREAM_LIMIT_REACHED" }));
    expect(() => limit.open("boris", open)).not.toThrow();
  });

  it("gives a place back when a stream ends", () => {
    const counts: number[] = [];
    const limit = limitOf(1, counts);

    limit.open("anna", open)[Symbol.dispose]();
    limit.open("anna", open)[Symbol.dispose]();

    expect(counts).toEqual([1, 0, 1, 0]);
  });

  it("gives a place back once, when the reader leaves and the stream ends after that", () => {
    const counts: number[] = [];
    const limit = limitOf(1, counts);
    const leave = new AbortController();
    const stream = limit.open("anna", leave.signal);

    leave.abort();
    stream[Symbol.dispose]();

    expect(counts).toEqual([1, 0]);
  });
});

function limitOf(streamsPerCallerMax: number, counts: number[] = []) {
  const refusal = (max: number) => new DomainError("exhausted", "STREAM_LIMIT_REACHED", `${max} streams are open`);
  return createStreamLimit({ streamsPerCallerMax, refusal, observe: (count) => counts.push(count) });
}
