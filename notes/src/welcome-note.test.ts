import { describe, expect, it } from "vitest";
import { welcomeNoteId } from "./welcome-note.ts";

describe("welcomeNoteId", () => {
  it("answers the same id for the same user, for ever", () => {
    expect(welcomeNoteId("a0000000-0000-4000-8000-000000000001")).toBe("a0b30a61-b9e9-5083-84b8-6fa087f4ff51");
  });

  it("answers another id for another user", () => {
    expect(welcomeNoteId("a0000000-0000-4000-8000-000000000002")).not.toBe("a0b30a61-b9e9-5083-84b8-6fa087f4ff51");
  });
});
