import { describe, expect, it } from "vitest";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { DomainError } from "@animal-delivery/platform/errors";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { createSessions } from "./sessions.ts";

const STALE: TokenSet = {
  accessToken: "a1",
  refreshToken: "r1",
  idToken: "i1",
  expiresInSeconds: 1,
  refreshExpiresInSeconds: undefined,
};
const HOUR_MS = 3_600_000;

/** A provider whose only answer is to a refresh. */
function refreshing(refresh: IdentityProvider["refresh"]): Pick<IdentityProvider, "refresh"> {
  return { refresh };
}

describe("sessions of two processes over one store", () => {
  it("refresh once: the second takes the winner's tokens", async () => {
    const kv = createMemoryStore();
    let refreshes = 0;
    const provider = refreshing(async () => {
      refreshes += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { ...STALE, accessToken: "a2", refreshToken: "r2", expiresInSeconds: 300 };
    });
    const [one, two] = [createSessions(kv, provider, HOUR_MS), createSessions(kv, provider, HOUR_MS)];
    const secret = await one.open(STALE);

    const tokens = await Promise.all([one.accessToken(secret), two.accessToken(secret), one.accessToken(secret)]);

    expect(tokens).toEqual(["a2", "a2", "a2"]);
    expect(refreshes).toBe(1);
    expect(await two.find(secret)).toMatchObject({ accessToken: "a2", refreshToken: "r2", idToken: "i1" });
  });

  it("end when the provider refuses the refresh", async () => {
    const provider = refreshing(async () =>
      Promise.reject(new DomainError("unauthenticated", "TOKEN_INVALID", "revoked")),
    );
    const sessions = createSessions(createMemoryStore(), provider, HOUR_MS);
    const secret = await sessions.open(STALE);

    expect(await sessions.accessToken(secret)).toBeUndefined();
    expect(await sessions.find(secret)).toBeUndefined();
  });

  it("stay when the provider is away, and free the lock", async () => {
    let away = true;
    const provider = refreshing(async () => {
      if (away) throw new DomainError("unavailable", "UNAVAILABLE", "away");
      return { ...STALE, accessToken: "a2", expiresInSeconds: 300 };
    });
    const sessions = createSessions(createMemoryStore(), provider, HOUR_MS);
    const secret = await sessions.open(STALE);

    await expect(sessions.accessToken(secret)).rejects.toMatchObject({ kind: "unavailable" });
    away = false;

    expect(await sessions.accessToken(secret)).toBe("a2");
  });
});
