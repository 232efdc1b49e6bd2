import { describe, expect, it } from "vitest";
import { finderOf } from "./marks.ts";

const WORD = "neibdktkmirp";
const LATITUDE = 48.454151694475;
const find = finderOf(
  new Map<string, string | number>([
    ["word", WORD],
    ["latitude", LATITUDE],
  ]),
);

describe("a finder", () => {
  it.each([
    ["plain, in another case", `hello ${WORD.toUpperCase()}@example.com`],
    ["hex", Buffer.from(`x${WORD}`).toString("hex")],
    ...["", "x", "xy"].map((before) => [
      `base64 behind ${before.length}`,
      Buffer.from(`${before}${WORD} and more`).toString("base64"),
    ]),
    ["base64 in bytes", Buffer.from(Buffer.from(`x${WORD}y`).toString("base64")).toString("hex")],
    ["the digits of a number", `{"latitude": ${LATITUDE}}`],
    ["a double in bytes", doubleOf(LATITUDE).toString("hex")],
    ["a double in base64", Buffer.concat([Buffer.from("x"), doubleOf(LATITUDE)]).toString("base64")],
  ])("finds %s", (_, text) => {
    expect(find(text ?? "")).toBeDefined();
  });

  it("finds nothing else", () => {
    expect(find(`nobody, ${Buffer.from("nobody").toString("base64")}, 48.45415`)).toBeUndefined();
  });
});

function doubleOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
