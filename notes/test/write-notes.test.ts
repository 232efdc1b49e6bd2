// Drives CreateNote and UpdateNote through the RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Note } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { errorOf, refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOTES_MAX } from "../src/note-quota.ts";
import { eventNamesOf, givenNote, somebody, startNotes, type Notes } from "./setup.ts";

type Person = ReturnType<typeof somebody>;

let service: Notes;
let ada: Person;
beforeAll(async () => {
  service = await startNotes();
  ada = somebody(service);
});
afterAll(() => service[Symbol.asyncDispose]());

describe("CreateNote", () => {
  it("writes the caller's note and ignores what only the service makes", async () => {
    const given = { noteId: randomUUID(), ownerId: "eve", etag: "mine", title: "Food", content: "" };

    const { note } = await ada.client.createNote({ note: { ...given, createdAt: { seconds: 1n } } });

    expect(note).toMatchObject({ title: "Food", content: "", ownerId: ada.userId });
    expect(note?.noteId).not.toBe(given.noteId);
    expect(note?.etag).not.toBe("mine");
    expect(note?.createdAt).toEqual(note?.updatedAt);
    expect(Number(note?.createdAt?.seconds)).toBeGreaterThan(1_700_000_000);
    expect(note?.deletedAt).toBeUndefined();
    expect(await eventNamesOf(service.db, note!.noteId)).toEqual(["NoteCreated 1"]);
  });

  it("writes one note of twins with one idempotency key", async () => {
    const { client } = somebody(service);
    const headers = { "idempotency-key": randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.createNote({ note: { title: "Food" } }, { headers })),
    );

    expect(new Set(answers.map(({ note }) => note?.noteId)).size).toBe(1);
    expect((await client.listNotes({})).notes).toHaveLength(1);
  });

  it("gives the last room to one of twenty who want it at once, and none after", async () => {
    const { userId, client } = somebody(service);
    await givenManyNotes(userId, NOTES_MAX - 1);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => client.createNote({ note: { title: "Food" } })),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const others = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason as Error] : []));
    for (const other of others) {
      expect(await refusalOf(Promise.reject(other))).toMatchObject({ kind: "refused", reason: "NOTES_FULL" });
    }
    await givenNote(somebody(service).client);
  });

  it("refuses a text that no database can hold", async () => {
    const refusal = await refusalOf(ada.client.createNote({ note: { title: "Fo\u0000od" } }));

    expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
  });
});

describe("UpdateNote", () => {
  it("changes the fields of the mask and nothing else", async () => {
    const before = await givenNote(ada.client);

    const note = await update(before, { title: "Water", content: "not looked at" }, ["title"]);

    expect(note).toEqual({ ...before, title: "Water", etag: note.etag, updatedAt: note.updatedAt });
    expect(note.etag).not.toBe(before.etag);
    expect((await ada.client.getNote({ noteId: before.noteId })).note).toEqual(note);
    expect(await eventNamesOf(service.db, before.noteId)).toEqual(["NoteCreated 1", "NoteUpdated 2"]);
  });

  it("changes the whole text without a mask, and nothing by an empty one", async () => {
    const before = await givenNote(ada.client);

    expect(await update(before, { title: "not looked at" }, [])).toEqual(before);
    expect(await update(before, { title: "Water" })).toMatchObject({ title: "Water", content: "" });
  });

  it.each(["note_id", "owner_id", "etag", "created_at", "updated_at", "deleted_at", "wings", "title.length", "", "*"])(
    "refuses the path %j",
    async (path) => {
      const before = await givenNote(ada.client);

      expect(await refusalOf(update(before, { title: "changed" }, ["title", path]))).toMatchObject({
        kind: "invalid",
        reason: "REQUEST_INVALID",
        metadata: { field: "update_mask", path },
      });
      expect((await ada.client.getNote({ noteId: before.noteId })).note).toEqual(before);
    },
  );

  it.each([
    ["note.title", { title: "" }],
    ["note.title", { title: "x".repeat(201) }],
    ["note.content", { title: "Food", content: "x".repeat(20_001) }],
  ])("refuses what would break a rule of the contract in %s", async (field, text) => {
    const before = await givenNote(ada.client);

    const error = await errorOf(update(before, text));

    const path = error.findDetails(ViolationsSchema)[0]?.violations[0]?.field?.elements.map((part) => part.fieldName);
    expect(path?.join(".")).toBe(field);
  });

  it("refuses a stale etag and takes the current one", async () => {
    const first = await givenNote(ada.client);
    const second = await update(first, { title: "Water" }, ["title"], first.etag);

    expect(await refusalOf(update(first, { title: "Milk" }, ["title"], first.etag))).toMatchObject({
      kind: "stale",
      reason: "ETAG_STALE",
    });
    expect((await update(first, { title: "Milk" }, ["title"], second.etag)).title).toBe("Milk");
  });

  it("writes and tells nothing when nothing is different", async () => {
    const before = await givenNote(ada.client);

    expect(await update(before, before)).toEqual(before);
    expect(await eventNamesOf(service.db, before.noteId)).toEqual(["NoteCreated 1"]);
  });

  it("lets one of two win who read the same", async () => {
    const before = await givenNote(ada.client);

    const outcomes = await Promise.allSettled([
      update(before, { title: "Water" }, ["title"], before.etag),
      update(before, { title: "Milk" }, ["title"], before.etag),
    ]);

    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await eventNamesOf(service.db, before.noteId)).toEqual(["NoteCreated 1", "NoteUpdated 2"]);
  });

  it("loses no change of many at once and tells each with a version of its own", async () => {
    const before = await givenNote(ada.client);

    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 ? update(before, { title: `title ${n}` }, ["title"]) : update(before, { content: `${n}` }, ["content"]),
      ),
    );

    const { note } = await ada.client.getNote({ noteId: before.noteId });
    expect(note?.title).toMatch(/^title /);
    expect(note?.content).toMatch(/^\d+$/);
    const versions = (await eventNamesOf(service.db, before.noteId)).map((name) => name.split(" ")[1]);
    expect(versions).toEqual(Array.from({ length: 21 }, (_, n) => String(n + 1)));
  });

  it("does not know somebody else's note, like one that is not there", async () => {
    const { noteId } = await givenNote(ada.client);
    const { client: eve } = somebody(service);
    const missing = randomUUID();

    const foreign = await refusalOf(eve.updateNote({ note: { noteId, title: "mine" } }));
    const absent = await refusalOf(eve.updateNote({ note: { noteId: missing, title: "mine" } }));

    expect(foreign).toMatchObject({ kind: "notFound", reason: "NOTE_NOT_FOUND", metadata: { note_id: noteId } });
    expect(absent).toMatchObject({
      reason: "NOTE_NOT_FOUND",
      metadata: { note_id: missing },
      message: foreign.message,
    });
  });
});

async function update(
  { noteId }: Note,
  { title, content }: { title?: string; content?: string },
  paths?: string[],
  etag = "",
): Promise<Note> {
  const text = { ...(title !== undefined && { title }), ...(content !== undefined && { content }) };
  const mask = paths && { updateMask: { paths } };
  const { note } = await ada.client.updateNote({ note: { noteId, ...text }, ...mask, etag });
  if (!note) throw new Error("no note came back");
  return note;
}

/** Gives somebody notes, half of them in the bin. */
async function givenManyNotes(ownerId: string, count: number): Promise<void> {
  await service.db.query(
    "given_many_notes",
    `insert into notes (note_id, owner_id, title, content, created_at, updated_at, deleted_at, version)
     select gen_random_uuid(), $1, 'Food', '', now(), now(), case when n % 2 = 0 then now() end, 1
       from generate_series(1, $2::int) n`,
    [ownerId, count],
  );
}
