import { describe, expect, it } from "vitest";
import { readPage } from "./page.ts";
import { digitsAt, idAt, textAt, timeAt } from "./page-position.ts";

const NUMBERS = Array.from({ length: 120 }, (_, index) => index + 1);

/** Pages over the numbers; `filters` go into the token alone. */
function numbers(request: { pageSize?: number; pageToken?: string }, filters: unknown = { since: 5n }) {
  return readPage<number, number>(
    { pageSize: 0, pageToken: "", ...request },
    {
      filters,
      positionOf: (key) => Number(digitsAt(key, 0)),
      read: async (after = 0, limit) => NUMBERS.slice(after, after + limit),
      keyOf: (number) => [String(number), 'a \u{1F407} with "quotes"'],
    },
  );
}

const refused = expect.objectContaining({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });

describe("readPage", () => {
  it("holds 50 items unless the request says otherwise", async () => {
    expect((await numbers({})).items).toHaveLength(50);
    expect((await numbers({ pageSize: 7 })).items).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it.each([1, 7, 40, 119, 120, 121])("gives every item once in pages of %i, and ends", async (pageSize) => {
    const seen: number[] = [];
    let pageToken = "";
    do {
      const page = await numbers({ pageSize, pageToken });
      expect(page.items.length).toBeGreaterThan(0);
      seen.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");

    expect(seen).toEqual(NUMBERS);
  });

  it("refuses the token of other filters, or of none", async () => {
    const { nextPageToken: pageToken } = await numbers({}, { since: 6n });

    await expect(numbers({ pageToken })).rejects.toThrow(refused);
    await expect(numbers({ pageToken }, undefined)).rejects.toThrow(refused);
  });

  it.each([
    ["text that is no token", "zzz"],
    ["JSON that is no token", Buffer.from('{"a":1}').toString("base64url")],
    ["positions that are no text", Buffer.from("[1,2]").toString("base64url")],
  ])("refuses %s", async (_, pageToken) => {
    await expect(numbers({ pageToken })).rejects.toThrow(refused);
  });
});

describe("a position that somebody made up", () => {
  const id = "01982f5e-7c00-7000-8000-000000000001";

  it("is read where it could be ours", () => {
    const key = [id, "1767225600000", "999999999999999999", ""];

    expect([idAt(key, 0), timeAt(key, 1), digitsAt(key, 2), textAt(key, 3)]).toEqual([
      id,
      new Date("2026-01-01T00:00:00Z"),
      "999999999999999999",
      "",
    ]);
  });

  it.each([
    ["an id", idAt, ["", "7", `${id}'`, id.toUpperCase()]],
    ["a time", timeAt, ["", "-1", "1.5", "NaN", "2026-01-01", "253402300800000"]],
    ["digits", digitsAt, ["", "-1", "0x10", "1e3", "1234567890123456789"]],
  ])("is refused where it is not %s", (_, read, texts) => {
    for (const text of texts) expect(() => read([text], 0)).toThrow(refused);
    expect(() => read([], 0)).toThrow(refused);
  });

  it("is refused where a part is missing", () => {
    expect(() => textAt([], 0)).toThrow(refused);
  });
});
