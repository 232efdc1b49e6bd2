import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { freePort } from "@animal-delivery/platform/testing/free-port";
import { AUDIENCE, givenIdentity } from "./fixtures/identity.ts";

// Drives the provider as programs of our own do.
describe("startIdentityProvider", () => {
  const identity = givenIdentity();

  describe("password grant", () => {
    it.each([
      { username: "customer", sub: "a0000000-0000-4000-8000-000000000001", roles: ["customer"] },
      { username: "courier2", sub: "b0000000-0000-4000-8000-000000000002", roles: ["courier"] },
      { username: "dispatcher", sub: "c0000000-0000-4000-8000-000000000001", roles: ["dispatcher"] },
      { username: "admin", sub: "d0000000-0000-4000-8000-000000000001", roles: ["admin"] },
    ])("gives $username an access token for the API", async ({ username, sub, roles }) => {
      const { access_token: accessToken } = await identity.signIn(username);

      expect(await identity.verified(accessToken)).toMatchObject({
        sub,
        roles,
        client_id: "first-party",
        aud: AUDIENCE,
      });
    });

    it("answers a wrong password and an unknown name alike, in a like time", async () => {
      const attempt = async (username: string) => {
        const from = performance.now();
        const { status, ...body } = await identity.signIn(username, "wrong");
        return { status, body, ms: performance.now() - from };
      };
      const wrong = await attempt("customer");
      const unknown = await attempt("nobody");

      expect(wrong.status).toBe(400);
      expect(unknown).toMatchObject({ status: wrong.status, body: wrong.body });
      // Both cost one hash; without it the answer would come in a tenth of the time.
      expect(unknown.ms).toBeGreaterThan(wrong.ms / 4);
    });

    it("answers a name with U+0000 like any unknown one", async () => {
      expect(await identity.signIn("custo\u0000mer")).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("is refused to the other clients", async () => {
      const answer = await identity.token({
        grant_type: "password",
        client_id: "swagger",
        username: "admin",
        password: "x",
      });

      expect(answer).toMatchObject({ status: 400, error: "invalid_request" });
    });
  });

  describe("refresh", () => {
    it("rotates the token and keeps the session", async () => {
      const first = await identity.signIn("customer");

      const second = await identity.refresh(first.refresh_token);
      const third = await identity.refresh(second.refresh_token);

      expect(new Set([first, second, third].map((answer) => answer.refresh_token)).size).toBe(3);
      expect((await identity.verified(third.access_token)).sid).toBe(decodeJwt(first.access_token).sid);
    });

    it("ends the whole family when an old token comes again", async () => {
      const first = await identity.signIn("customer");
      const second = await identity.refresh(first.refresh_token);

      expect(await identity.refresh(first.refresh_token)).toMatchObject({ status: 400, error: "invalid_grant" });
      expect(await identity.refresh(second.refresh_token)).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("never makes two families of one token that is used twice at once", async () => {
      const { refresh_token: shared } = await identity.signIn("customer");

      const answers = await Promise.all(Array.from({ length: 8 }, () => identity.refresh(shared)));

      const winners = answers.filter(({ status }) => status === 200);
      expect(winners.length).toBeLessThanOrEqual(1);
      for (const winner of winners) expect((await identity.refresh(winner.refresh_token)).status).toBe(400);
    });

    it("is not over because another client wants to revoke its token", async () => {
      const { refresh_token: refreshToken } = await identity.signIn("customer");

      const body = new URLSearchParams({ client_id: "swagger", token: refreshToken });
      await fetch(`${identity.provider.issuer}/token/revocation`, { method: "POST", body });

      expect((await identity.refresh(refreshToken)).status).toBe(200);
    });

    it("is over after a revocation", async () => {
      const { refresh_token: refreshToken } = await identity.signIn("customer");

      const body = new URLSearchParams({ client_id: "first-party", token: refreshToken });
      const revocation = await fetch(`${identity.provider.issuer}/token/revocation`, { method: "POST", body });

      expect(revocation.status).toBe(200);
      expect(await identity.refresh(refreshToken)).toMatchObject({ status: 400, error: "invalid_grant" });
    });
  });

  it("keeps keys, sessions and secrets over a restart, readable by their owner alone", async () => {
    const before = await identity.signIn("customer");
    await identity.provider.stop();

    await identity.start();

    expect(await identity.verified(before.access_token)).toMatchObject({ roles: ["customer"] });
    expect((await identity.refresh(before.refresh_token)).status).toBe(200);
    for (const file of ["keys.json", "api-gateway.secret"]) {
      expect((await stat(join(identity.folder, file))).mode & 0o077).toBe(0);
    }
  });

  it("tells its health, and who still has a password that everybody knows", async () => {
    expect((await fetch(`${identity.provider.issuer}/healthz`)).status).toBe(200);
    expect(await identity.provider.usersWithSeededPassword()).toHaveLength(6);
  });

  it("names the port that is taken", async () => {
    const taken = await freePort();
    await using server = createServer().listen(taken, "127.0.0.1");
    await once(server, "listening");

    const other = identity.startAt(join(identity.folder, "other"), taken);

    await expect(other).rejects.toThrow(`Port ${taken}, wanted for the identity provider, is taken`);
  });
});
