import { describe, expect, it } from "vitest";
import { courseOf } from "./perform-command.ts";

const NEVER = { isDone: false, isUndone: false };
const DONE = { isDone: true, isUndone: false };
const UNDONE = { isDone: true, isUndone: true };
const TOMBSTONE = { isDone: false, isUndone: true };

describe("courseOf", () => {
  it.each([
    ["a first do", "do", NEVER, false, "perform"],
    ["a do again", "do", DONE, false, "answer"],
    ["a do after its undo", "do", UNDONE, false, "refuse"],
    ["a do after an undo that came first", "do", TOMBSTONE, false, "refuse"],
    ["a do after its deadline", "do", NEVER, true, "ignore"],
    ["a do again after its deadline", "do", DONE, true, "answer"],
    ["a do after both", "do", UNDONE, true, "refuse"],
    ["an undo", "undo", DONE, false, "perform"],
    ["an undo of what was never done", "undo", NEVER, false, "perform"],
    ["an undo again", "undo", UNDONE, false, "answer"],
    ["an undo again of what was never done", "undo", TOMBSTONE, false, "answer"],
  ] as const)("of %s", (_, action, participation, isExpired, course) => {
    expect(courseOf(action, participation, isExpired)).toBe(course);
  });
});
