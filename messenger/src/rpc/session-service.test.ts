import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { messengerUnderTest } from "../testing/messenger-fixture.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("SessionService", () => {
  it("gives whoever is signed in an alias, and no other credential than they have", async () => {
    const anna = messengerUnderTest().as("anna");

    const { session, sessionId } = await anna.sessions.createSession({ alias: "Anna" });

    expect(session).toMatchObject({ alias: "Anna", memberId: expect.stringMatching(UUID) });
    expect(sessionId).toBe("");
    expect((await anna.sessions.getSession({})).session).toEqual(session);
  });

  it("knows whoever is signed in before they made a session, by the same member id", async () => {
    const anna = messengerUnderTest().as("anna");

    const before = (await anna.sessions.getSession({})).session;
    const { session } = await anna.sessions.createSession({ alias: "Anna" });

    expect(before).toMatchObject({ alias: "", memberId: session?.memberId });
    expect(before?.createdAt).toBeUndefined();
  });

  it("gives another alias when asked again", async () => {
    const anna = messengerUnderTest().as("anna");
    await anna.sessions.createSession({ alias: "Anna" });

    await anna.sessions.createSession({ alias: "Anna Karenina" });

    expect((await anna.sessions.getSession({})).session?.alias).toBe("Anna Karenina");
  });

  it("forgets the alias and deletes the chats of a session that ends", async () => {
    const messenger = messengerUnderTest();
    const anna = messenger.as("anna");
    await anna.sessions.createSession({ alias: "Anna" });
    const { chat } = await anna.chats.createChat({ title: "ferrets" });

    await anna.sessions.deleteSession({});

    expect((await anna.sessions.getSession({})).session?.alias).toBe("");
    await expect(anna.chats.getChat({ chatId: chat?.chatId ?? "" })).rejects.toMatchObject({ code: Code.NotFound });
  });

  it.each([
    ["of nothing visible", " "],
    ["of 41 characters", "x".repeat(41)],
    ["with two spaces", "Anna  K"],
    ["with a space at its end", "Anna "],
    ["with a line break", "Anna\nK"],
    ["with what cannot be seen", "Anna\u200B"],
    ["with what cannot be seen and has no category yet", "Anna\u2065"],
    ["of a filler", "\u3164"],
    ["that begins with what chooses a form", "\uFE0FAnna"],
    ["that looks like nobody's", "Аноним #1"],
    ["that looks like nobody's in small letters", "аноним #7"],
    ["that looks like nobody's with what chooses a form", "А\uFE0Fноним #7"],
    ["that looks like nobody's with an accent", "Ано\u0301ним #7"],
    ["that looks like nobody's in Greek letters", "\u0391но\u043D\u0438м #7"],
    ["that looks like nobody's in Latin letters", "A\u043D0\u043D\u0438M #1"],
  ])("refuses an alias %s", async (_what, alias) => {
    const { sessions } = messengerUnderTest().as("anna");

    await expect(sessions.createSession({ alias })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  it.each(["я", "🦦", "x".repeat(40), "🦦".repeat(40), "O'Brien-Núñez", "Anna K. 2", "❤️ Anna", "Ани"])(
    "takes %s as an alias",
    async (alias) => {
      const { sessions } = messengerUnderTest().as("anna");

      expect((await sessions.createSession({ alias })).session?.alias).toBe(alias);
    },
  );

  it("refuses one session too many", async () => {
    const messenger = messengerUnderTest({ sessionsMax: 1 });
    await messenger.as("anna").sessions.createSession({});

    await expect(messenger.as("boris").sessions.createSession({})).rejects.toMatchObject({
      code: Code.ResourceExhausted,
    });
  });
});
