import { describe, expect, it } from "vitest";
import { DomainError } from "@animal-delivery/platform/errors";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import type { TokenSet } from "./identity-provider.ts";
import { createSharedRefresh } from "./shared-refresh.ts";

describe("a refresh token that several requests bring at once", () => {
  it("is used once, in all processes together, and all get the same answer", async () => {
    const provider = givenProvider();
    const kv = createMemoryStore();
    const [one, two] = [createSharedRefresh(kv, provider), createSharedRefresh(kv, provider)];

    const answers = await Promise.all([one("r1"), two("r1"), one("r1"), two("r1")]);

    expect(answers.map(({ accessToken }) => accessToken)).toEqual(Array.from({ length: 4 }, () => "access of r1"));
    expect(provider.used).toEqual(["r1"]);
  });

  it("is not answered with what another token brought", async () => {
    const provider = givenProvider();
    const refresh = createSharedRefresh(createMemoryStore(), provider);

    const answers = await Promise.all(["r1", "r2", "r1"].map(refresh));

    expect(answers.map(({ accessToken }) => accessToken)).toEqual(["access of r1", "access of r2", "access of r1"]);
  });

  it("is refused to all when the provider refuses it", async () => {
    const provider = givenProvider(new DomainError("unauthenticated", "TOKEN_INVALID", "revoked"));
    const kv = createMemoryStore();
    const [one, two] = [createSharedRefresh(kv, provider), createSharedRefresh(kv, provider)];

    const answers = await Promise.allSettled([one("r1"), two("r1"), one("r1")]);

    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("goes to the provider again two seconds later", async () => {
    let now = 0;
    const provider = givenProvider();
    const refresh = createSharedRefresh(
      createMemoryStore(() => now),
      provider,
    );

    await refresh("r1");
    now += 1_999;
    await refresh("r1");
    expect(provider.used).toEqual(["r1"]);
    now += 1;
    await refresh("r1");

    expect(provider.used).toEqual(["r1", "r1"]);
  });

  it("leaves nothing in the store that names or opens the answer", async () => {
    const kv = createMemoryStore();
    const written: string[] = [];
    const set = kv.set.bind(kv);
    const watched = {
      ...kv,
      set: async (...entry: Parameters<typeof set>) => {
        written.push(entry.join(" "));
        return set(...entry);
      },
    };

    await createSharedRefresh(watched, givenProvider())("a-refresh-token");

    expect(written).toHaveLength(1);
    expect(written[0]).not.toMatch(/a-refresh-token|access of/);
  });

  it("is traded while the store is away", async () => {
    const away = async () => Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "the store is away"));
    const provider = givenProvider();
    const refresh = createSharedRefresh({ ...createMemoryStore(), get: away, setIfAbsent: away }, provider);

    const answers = await Promise.all([refresh("r1"), refresh("r1")]);

    expect(answers.map(({ accessToken }) => accessToken)).toEqual(["access of r1", "access of r1"]);
    expect(provider.used).toEqual(["r1"]);
  });
});

/** A provider that remembers what it was brought, and takes its time. */
function givenProvider(refusal?: DomainError) {
  const used: string[] = [];
  return {
    used,
    async refresh(_client: string, refreshToken: string): Promise<TokenSet> {
      used.push(refreshToken);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (refusal) throw refusal;
      const accessToken = `access of ${refreshToken}`;
      const tokens = { accessToken, refreshToken: `${refreshToken}+`, idToken: undefined };
      return { ...tokens, expiresInSeconds: 300, refreshExpiresInSeconds: undefined };
    },
  };
}
