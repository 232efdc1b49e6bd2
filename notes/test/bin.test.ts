// Drives DeleteNote, RestoreNote and the purge of the bin against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { NoteDeletedSchema } from "@animal-delivery/contracts/gen/notes/v1/note_events_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { purgeBin } from "../src/erase-notes.ts";
import {
  BIN_RETENTION_MS,
  eventNamesOf,
  eventsOf,
  givenBinned,
  givenNote,
  somebody,
  startNotes,
  type Notes,
} from "./setup.ts";

const MINUTE_MS = 60_000;

let service: Notes;
beforeAll(async () => {
  service = await startNotes();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("DeleteNote", () => {
  it("puts the note into the bin, once, where nobody reads or changes it", async () => {
    const { client, userId: ownerId } = somebody(service);
    const { noteId } = await givenNote(client);

    await client.deleteNote({ noteId });

    for (const call of [
      () => client.getNote({ noteId }),
      () => client.updateNote({ note: { noteId, title: "changed" } }),
      () => client.deleteNote({ noteId }),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ kind: "notFound", reason: "NOTE_NOT_FOUND" });
    }
    const [, deleted] = await eventsOf(service.db, noteId);
    expect(deleted).toMatchObject({ type: "NoteDeleted", version: 2n });
    expect(fromBinary(NoteDeletedSchema, deleted!.payload)).toMatchObject({ noteId, ownerId, erased: false });
  });

  it("refuses a stale etag", async () => {
    const { client } = somebody(service);
    const { noteId } = await givenNote(client);

    expect(await refusalOf(client.deleteNote({ noteId, etag: "v9" }))).toMatchObject({ reason: "ETAG_STALE" });
    expect((await client.getNote({ noteId })).note).toBeDefined();
  });

  it("does not know somebody else's note", async () => {
    const { client } = somebody(service);
    const { noteId } = await givenNote(client);

    const refusal = await refusalOf(somebody(service).client.deleteNote({ noteId }));

    expect(refusal.reason).toBe("NOTE_NOT_FOUND");
    expect((await client.getNote({ noteId })).note).toBeDefined();
  });

  it("is done by one of many at once", async () => {
    const { client } = somebody(service);
    const { noteId } = await givenNote(client);

    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => client.deleteNote({ noteId })));

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await eventNamesOf(service.db, noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
  });
});

describe("RestoreNote", () => {
  it("takes the note out of the bin as it was", async () => {
    const { client } = somebody(service);
    const before = await givenBinned(service, client, BIN_RETENTION_MS - MINUTE_MS);

    const { note } = await client.restoreNote({ noteId: before.noteId });

    expect(note).toEqual({ ...before, etag: note!.etag, updatedAt: note!.updatedAt });
    expect(note?.etag).not.toBe(before.etag);
    expect((await client.getNote({ noteId: before.noteId })).note).toEqual(note);
    expect(await eventNamesOf(service.db, before.noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2", "NoteUpdated 3"]);
  });

  it("leaves one that is not in the bin as it is", async () => {
    const { client } = somebody(service);
    const note = await givenNote(client);

    expect((await client.restoreNote({ noteId: note.noteId })).note).toEqual(note);
    expect(await eventNamesOf(service.db, note.noteId)).toEqual(["NoteCreated 1"]);
  });

  it("does not know one that was in the bin too long, purged or not, nor does the list", async () => {
    const { client } = somebody(service);
    const { noteId } = await givenBinned(service, client, BIN_RETENTION_MS + MINUTE_MS);

    expect(await refusalOf(client.restoreNote({ noteId }))).toMatchObject({ reason: "NOTE_NOT_FOUND" });
    expect((await client.listNotes({ deleted: true })).notes).toEqual([]);
  });

  it("does not know somebody else's note, or one that is not there", async () => {
    const { noteId } = await givenBinned(service, somebody(service).client, MINUTE_MS);
    const { client } = somebody(service);

    for (const id of [noteId, randomUUID()]) {
      expect((await refusalOf(client.restoreNote({ noteId: id }))).reason).toBe("NOTE_NOT_FOUND");
    }
  });

  it("has one winner against a second deletion, and tells every step once", async () => {
    const { client } = somebody(service);
    const { noteId } = await givenBinned(service, client, MINUTE_MS);

    await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? client.restoreNote({ noteId }) : client.deleteNote({ noteId }))),
    );

    const names = await eventNamesOf(service.db, noteId);
    expect(names.map((name) => name.split(" ")[1])).toEqual(names.map((_, n) => String(n + 1)));
    const steps = names.slice(1).map((name) => name.split(" ")[0]);
    expect(steps).toEqual(steps.map((_, n) => (n % 2 ? "NoteUpdated" : "NoteDeleted")));
  });
});

describe("purgeBin", () => {
  it("erases what was in the bin long enough and tells it, and leaves the rest", async () => {
    const { client, userId: ownerId } = somebody(service);
    const kept = await givenNote(client);
    const recent = await givenBinned(service, client, BIN_RETENTION_MS - MINUTE_MS);
    const old = await givenBinned(service, client, BIN_RETENTION_MS + MINUTE_MS);

    await purge();

    expect(await idsOf(ownerId)).toEqual([kept.noteId, recent.noteId].toSorted());
    const [, , erased] = await eventsOf(service.db, old.noteId);
    expect(erased).toMatchObject({ type: "NoteDeleted", version: 3n });
    expect(fromBinary(NoteDeletedSchema, erased!.payload)).toMatchObject({ ownerId, erased: true });
  });

  it("takes as many rounds as it needs, and two at once erase each note once", async () => {
    const { client, userId } = somebody(service);
    const notes = await Promise.all(Array.from({ length: 250 }, () => givenNote(client)));
    await service.db.query("bin_all", "update notes set deleted_at = $2 where owner_id = $1", [userId, new Date(0)]);

    const purged = await Promise.all([purge(), purge()]);

    expect(purged[0] + purged[1]).toBe(250);
    expect(await idsOf(userId)).toEqual([]);
    for (const { noteId } of notes) {
      expect(await eventNamesOf(service.db, noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
    }
  });

  it("erases a note or leaves it to whoever restores it at the same moment", async () => {
    const { client, userId } = somebody(service);
    for (let n = 0; n < 20; n++) {
      const { noteId } = await givenBinned(service, client, MINUTE_MS);
      const deeds = [() => client.restoreNote({ noteId }), () => purgeBin(service.db, service.observer, new Date())];

      const [restored] = await Promise.allSettled(deeds.map((deed) => deed()));

      const isKept = restored?.status === "fulfilled";
      expect((await idsOf(userId)).includes(noteId)).toBe(isKept);
      const last = isKept ? "NoteUpdated 3" : "NoteDeleted 3";
      expect(await eventNamesOf(service.db, noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2", last]);
    }
  });
});

function purge(): Promise<number> {
  return purgeBin(service.db, service.observer, new Date(Date.now() - BIN_RETENTION_MS));
}

/** The ids of all notes of an owner, also of those in the bin, sorted. */
async function idsOf(ownerId: string): Promise<string[]> {
  const { rows } = await service.db.query<{ note_id: string }>(
    "ids_of",
    "select note_id from notes where owner_id = $1 order by note_id",
    [ownerId],
  );
  return rows.map((row) => row.note_id);
}
