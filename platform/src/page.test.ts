import { describe, expect, it } from "vitest";
import { decodePageToken, encodePageToken, pageSize } from "./page.ts";

const filters = { status: "placed", since: 5n };

describe("page token", () => {
  it("brings the position back for the same filters", () => {
    const position = ["2026-01-01T00:00:00.000Z", 'a \u{1F407} with "quotes"'];

    expect(decodePageToken(encodePageToken(filters, position), { ...filters })).toEqual(position);
  });

  it("is undefined for the first page", () => {
    expect(decodePageToken("", filters)).toBeUndefined();
  });

  it.each([
    ["other filters", encodePageToken({ status: "cancelled" }, ["1"])],
    ["no filters", encodePageToken(undefined, ["1"])],
    ["text that is no token", "zzz"],
    ["JSON that is no token", Buffer.from('{"a":1}').toString("base64url")],
    ["positions that are no text", Buffer.from("[1,2]").toString("base64url")],
  ])("is refused when it comes from %s", (_, token) => {
    expect(() => decodePageToken(token, filters)).toThrow(expect.objectContaining({ reason: "PAGE_TOKEN_INVALID" }));
  });
});

describe("pageSize", () => {
  it("is 50 unless the request says otherwise", () => {
    expect([pageSize(0), pageSize(7)]).toEqual([50, 7]);
  });
});
