import { describe, expect, it } from "vitest";
import { Authors } from "./authors.ts";

describe("Authors", () => {
  it("is one object for all messages of somebody under one name", () => {
    const authors = new Authors();

    const [first, second, other] = ["Anna", "Anna", "Boris"].map((alias) => authors.take({ memberId: "1", alias }));

    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it("forgets whoever has no message any more, and nobody else", () => {
    const authors = new Authors();
    const [first, second] = [1, 2].map(() => authors.take({ memberId: "1", alias: "Anna" }));
    const take = () => authors.take({ memberId: "1", alias: "Anna" });

    if (first) authors.release(first);
    expect(take()).toBe(second);

    for (const _ of [1, 2]) if (second) authors.release(second);
    expect(take()).not.toBe(second);
  });

  it("keeps the newer name when the messages under the older one have gone", () => {
    const authors = new Authors();
    const older = authors.take({ memberId: "1", alias: "Anna" });
    const newer = authors.take({ memberId: "1", alias: "Boris" });

    authors.release(older);

    expect(authors.take({ memberId: "1", alias: "Boris" })).toBe(newer);
  });
});
