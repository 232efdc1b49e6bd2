import { describe, expect, it } from "vitest";
import type { User } from "./caller.ts";
import { createTokenCache } from "./token-cache.ts";

describe("the token cache", () => {
  it("forgets a token when it expires", () => {
    let now = 0;
    const cache = createTokenCache(10, () => now);
    cache.put(user("a", 1_000));

    now = 999;
    expect(cache.get("a")).toMatchObject({ token: "a" });
    now = 1_000;
    expect(cache.get("a")).toBeUndefined();
  });

  it("has every token checked again after five minutes", () => {
    let now = 0;
    const cache = createTokenCache(10, () => now);
    cache.put(user("a", 3_600_000));

    now = 300_000;
    expect(cache.get("a")).toBeUndefined();
  });

  it("keeps the tokens used most recently when it is full", () => {
    const cache = createTokenCache(2, () => 0);
    cache.put(user("a", 1));
    cache.put(user("b", 1));
    cache.get("a");
    cache.put(user("c", 1));

    expect([cache.get("a"), cache.get("b"), cache.get("c")].map((found) => found?.token)).toEqual([
      "a",
      undefined,
      "c",
    ]);
  });
});

function user(token: string, expiresAtMs: number): User {
  return { subject: token, roles: [], sessionId: "", expiresAt: new Date(expiresAtMs), token };
}
