import { describe, expect, it } from "vitest";
import { resumedSeq, resumeToken } from "./change.ts";

describe("resumedSeq", () => {
  it("reads back the token it gave out", () => {
    expect(resumedSeq(resumeToken(7n), 9n)).toBe(7n);
    expect(resumedSeq(resumeToken(9n), 9n)).toBe(9n);
  });

  it.each(["0", "10", "-1", "1.5", "01", "abc", " 1", "9999999999999999999999"])("refuses %j", (token) => {
    expect(() => resumedSeq(token, 9n)).toThrow(expect.objectContaining({ reason: "RESUME_TOKEN_INVALID" }));
  });
});
