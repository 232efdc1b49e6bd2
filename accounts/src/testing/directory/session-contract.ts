import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";
import { givenPerson, refresh, signIn } from "./people.ts";

/** What somebody is signed in by. */
export function sessionContract(at: () => DirectoryUnderTest): void {
  describe("listSessions", () => {
    it("tells each one as its tokens do, the newest first", async () => {
      const { userId, email } = await givenPerson(at());
      const from = Date.now();
      const first = await signIn(at(), email);
      // Times are in seconds at some providers.
      await expect.poll(() => Math.floor(Date.now() / 1_000)).toBeGreaterThan(Math.floor(Date.now() / 1_000));
      const second = await signIn(at(), email);

      const sessions = await at().directory.listSessions(userId);

      expect(sessions.map(({ sessionId }) => sessionId)).toEqual([second.claims.sid, first.claims.sid]);
      for (const { clientId, startedAt, lastUsedAt } of sessions) {
        expect(clientId).toBe("first-party");
        expect(startedAt.getTime()).toBeGreaterThan(from - 2_000);
        expect(lastUsedAt.getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
      }
    });

    it("tells when one was used last", async () => {
      const { userId, email } = await givenPerson(at());
      let { refreshToken } = await signIn(at(), email);

      const usedAgain = async () => {
        ({ refreshToken } = await refresh(at(), refreshToken));
        const [session] = await at().directory.listSessions(userId);
        return (session?.lastUsedAt.getTime() ?? 0) - (session?.startedAt.getTime() ?? 0);
      };

      await expect.poll(usedAgain, { interval: 300 }).toBeGreaterThan(0);
    });

    it("is empty for somebody who is not signed in, or not there", async () => {
      const { userId } = await givenPerson(at());

      expect(await at().directory.listSessions(userId)).toEqual([]);
      expect(await at().directory.listSessions(randomUUID())).toEqual([]);
    });
  });

  describe("endSession", () => {
    it("ends one and leaves the others", async () => {
      const { userId, email } = await givenPerson(at());
      const [first, second] = [await signIn(at(), email), await signIn(at(), email)];

      expect(await at().directory.endSession(userId, first.claims.sid ?? "")).toBe(true);

      expect((await refresh(at(), first.refreshToken)).status).toBe(400);
      expect((await refresh(at(), second.refreshToken)).status).toBe(200);
      expect((await at().directory.listSessions(userId)).map(({ sessionId }) => sessionId)).toEqual([
        second.claims.sid,
      ]);
      expect(await at().directory.endSession(userId, first.claims.sid ?? "")).toBe(false);
    });

    it("never ends somebody else's", async () => {
      const [one, other] = [await givenPerson(at()), await givenPerson(at())];
      const { claims, refreshToken } = await signIn(at(), one.email);

      expect(await at().directory.endSession(other.userId, claims.sid ?? "")).toBe(false);
      expect(await at().directory.endSession(randomUUID(), claims.sid ?? "")).toBe(false);

      expect((await refresh(at(), refreshToken)).status).toBe(200);
    });

    it("tells one of many who end the same that they did, at least", async () => {
      const { userId, email } = await givenPerson(at());
      const { claims, refreshToken } = await signIn(at(), email);

      const ends = Array.from({ length: 5 }, async () => at().directory.endSession(userId, claims.sid ?? ""));

      expect(await Promise.all(ends)).toContain(true);
      expect((await refresh(at(), refreshToken)).status).toBe(400);
    });
  });

  describe("endSessions", () => {
    it("ends all but one", async () => {
      const { userId, email } = await givenPerson(at());
      const [first, kept, last] = [await signIn(at(), email), await signIn(at(), email), await signIn(at(), email)];

      const ended = await at().directory.endSessions(userId, kept.claims.sid);

      expect(new Set(ended)).toEqual(new Set([first.claims.sid, last.claims.sid]));
      expect((await refresh(at(), first.refreshToken)).status).toBe(400);
      expect((await refresh(at(), last.refreshToken)).status).toBe(400);
      expect((await refresh(at(), kept.refreshToken)).status).toBe(200);
    });

    it("ends all, and only this person's", async () => {
      const [one, other] = [await givenPerson(at()), await givenPerson(at())];
      const [mine, theirs] = [await signIn(at(), one.email), await signIn(at(), other.email)];

      expect(await at().directory.endSessions(one.userId)).toEqual([mine.claims.sid]);

      expect((await refresh(at(), mine.refreshToken)).status).toBe(400);
      expect((await refresh(at(), theirs.refreshToken)).status).toBe(200);
      expect(await at().directory.endSessions(one.userId)).toEqual([]);
    });

    it("lets somebody sign in anew", async () => {
      const { userId, email } = await givenPerson(at());
      await signIn(at(), email);
      await at().directory.endSessions(userId);

      const { refreshToken } = await signIn(at(), email);

      expect((await refresh(at(), refreshToken)).status).toBe(200);
    });

    it("ends none for a user who is not there", async () => {
      expect(await at().directory.endSessions(randomUUID())).toEqual([]);
      expect(await at().directory.endSessions(randomUUID(), randomUUID())).toEqual([]);
    });
  });
}
