import { describe, expect, it } from "vitest";
import { assertEtag, etagOf } from "./etag.ts";

describe("assertEtag", () => {
  it("lets the current etag and none pass", () => {
    expect(() => assertEtag(etagOf(3n), etagOf(3n))).not.toThrow();
    expect(() => assertEtag("", etagOf(3n))).not.toThrow();
  });

  it("refuses the etag of another version", () => {
    expect(() => assertEtag(etagOf(2n), etagOf(3n))).toThrow(
      expect.objectContaining({ kind: "stale", reason: "ETAG_STALE" }),
    );
  });
});
