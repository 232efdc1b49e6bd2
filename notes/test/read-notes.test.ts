// Drives GetNote and ListNotes through the RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import type { Note, NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenNote, somebody, startNotes, type Notes } from "./setup.ts";

let service: Notes;
beforeAll(async () => {
  service = await startNotes();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("GetNote", () => {
  it("answers the note to whoever wrote it", async () => {
    const { client } = somebody(service);
    const note = await givenNote(client);

    expect((await client.getNote({ noteId: note.noteId })).note).toEqual(note);
  });

  it("does not know somebody else's note, like one that is not there", async () => {
    const { noteId } = await givenNote(somebody(service).client);
    const { client } = somebody(service);
    const absent = randomUUID();

    const foreign = await refusalOf(client.getNote({ noteId }));
    const missing = await refusalOf(client.getNote({ noteId: absent }));

    expect(foreign).toMatchObject({ kind: "notFound", reason: "NOTE_NOT_FOUND", metadata: { note_id: noteId } });
    expect(missing).toMatchObject({ kind: "notFound", reason: "NOTE_NOT_FOUND", metadata: { note_id: absent } });
    expect(foreign.message).toBe(missing.message);
  });

  it("opens nobody else's note to any relation", async () => {
    const { client, userId } = somebody(service);
    const { noteId } = await givenNote(client);

    for (const grant of [
      userGrant({ subject: "admin", roles: ["admin"], relations: ["any"] }),
      userGrant({ subject: userId, relations: ["customer"] }),
    ]) {
      expect((await refusalOf(service.as(grant).getNote({ noteId }))).reason).toBe("NOTE_NOT_FOUND");
      expect((await service.as(grant).listNotes({})).notes).toEqual([]);
    }
  });
});

describe("ListNotes", () => {
  it("lists the caller's own notes alone, the newest first", async () => {
    const { client } = somebody(service);
    await givenNote(somebody(service).client);
    const notes = await givenDays(client, 3);

    expect(await client.listNotes({})).toMatchObject({ notes: notes.toReversed(), nextPageToken: "" });
  });

  it("walks pages without a gap or a duplicate while notes come in", async () => {
    const { client } = somebody(service);
    const before = await givenDays(client, 7);

    const walked: string[] = [];
    let pageToken = "";
    do {
      const page = await client.listNotes({ pageSize: 2, pageToken });
      walked.push(...page.notes.map((note) => note.noteId));
      pageToken = page.nextPageToken;
      await givenNote(client);
    } while (pageToken !== "");

    expect(walked).toEqual(before.map((note) => note.noteId).toReversed());
  });

  it("walks notes that were written in the same moment", async () => {
    const { client, userId } = somebody(service);
    const notes = await Promise.all(Array.from({ length: 5 }, () => givenNote(client)));
    await service.db.query("same_moment", "update notes set created_at = now() where owner_id = $1", [userId]);

    const ids = notes.map((note) => note.noteId);
    expect(await walk(client, { pageSize: 2 })).toEqual(ids.toSorted().toReversed());
  });

  it.each([
    ["bowls", ["Food", "BOWLS"]],
    ["BOWL", ["Food", "BOWLS"]],
    ["МОЛОК", ["Молоко"]],
    ["100%", ["100% meat"]],
    ["%", ["100% meat"]],
    ["_", ["a_b"]],
    [String.raw`\ `, [String.raw`back\ slash`]],
    ["nothing of the kind", []],
  ])("finds the text %j in title or content, in any case, with no wildcards", async (text, titles) => {
    const { client } = somebody(service);
    for (const title of ["BOWLS", "Молоко", "100% meat", "a_b", String.raw`back\ slash`]) {
      await givenNote(client, { title, content: "" });
    }
    await givenNote(client, { title: "Food", content: "Two bowls" });

    const { notes } = await client.listNotes({ text });

    expect(notes.map((note) => note.title).toSorted()).toEqual(titles.toSorted());
  });

  it("lists the bin instead when asked for it", async () => {
    const { client } = somebody(service);
    const kept = await givenNote(client);
    const binned = await givenNote(client, { title: "Old food" });
    await client.deleteNote({ noteId: binned.noteId });

    expect((await client.listNotes({})).notes).toEqual([kept]);
    const { notes } = await client.listNotes({ deleted: true });
    expect(notes.map((note) => note.noteId)).toEqual([binned.noteId]);
    expect(notes[0]?.deletedAt).toBeDefined();
    expect((await client.listNotes({ deleted: true, text: "no such" })).notes).toEqual([]);
  });

  it("refuses a token of a list with other filters, and one that was made up", async () => {
    const { client } = somebody(service);
    await givenDays(client, 3);
    const { nextPageToken: pageToken } = await client.listNotes({ pageSize: 1 });
    const [fingerprint, id] = JSON.parse(Buffer.from(pageToken, "base64url").toString()) as string[];
    const forge = (...parts: (string | undefined)[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");

    const made = [
      forge(fingerprint),
      forge(fingerprint, id),
      forge(fingerprint, id, "x"),
      forge(fingerprint, "x", "1"),
    ];
    const others = [
      { pageToken, text: "food" },
      { pageToken, deleted: true },
    ];
    for (const request of [...others, ...made.map((pageToken) => ({ pageToken }))]) {
      expect(await refusalOf(client.listNotes(request))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
    }
  });

  it("opens no foreign rows to somebody else's token", async () => {
    const { client } = somebody(service);
    await givenDays(client, 3);
    const { nextPageToken: pageToken } = await client.listNotes({ pageSize: 1 });

    expect((await somebody(service).client.listNotes({ pageToken })).notes).toEqual([]);
  });
});

/** Notes of consecutive days, the last one yesterday. */
async function givenDays(client: Client<typeof NoteService>, count: number): Promise<Note[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const { noteId } = await givenNote(client);
    await service.db.query("write_at", "update notes set created_at = $2 where note_id = $1", [
      noteId,
      new Date(Date.now() - (count - n) * 86_400_000),
    ]);
    ids.push(noteId);
  }
  const notes = await Promise.all(ids.map((noteId) => client.getNote({ noteId })));
  return notes.flatMap(({ note }) => note ?? []);
}

async function walk(
  client: Client<typeof NoteService>,
  request: Parameters<Client<typeof NoteService>["listNotes"]>[0],
): Promise<string[]> {
  const walked: string[] = [];
  let pageToken = "";
  do {
    const page = await client.listNotes({ ...request, pageToken });
    walked.push(...page.notes.map((note) => note.noteId));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return walked;
}
