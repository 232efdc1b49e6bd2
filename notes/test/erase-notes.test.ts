// Erases somebody's notes while they are written through the RPC surface, against a real Postgres.
import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { NoteDeletedSchema } from "@animal-delivery/contracts/gen/notes/v1/note_events_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNote } from "../src/change-note.ts";
import { eraseNotesOf, purgeBin } from "../src/erase-notes.ts";
import { eventNamesOf, eventsOf, givenBinned, givenNote, somebody, startNotes, type Notes } from "./setup.ts";

let service: Notes;
beforeAll(async () => {
  service = await startNotes();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("eraseNotesOf", () => {
  it("erases the owner's notes, also those in the bin, with their stored answers, and nobody else's", async () => {
    const { client, userId: ownerId } = somebody(service);
    const other = somebody(service);
    const kept = await givenNote(other.client);
    const headers = { "idempotency-key": randomUUID() };
    const { note } = await client.createNote({ note: { title: "Food", content: "secret" } }, { headers });
    await other.client.createNote({ note: { title: "Food" } }, { headers });
    const binned = await givenBinned(service, client, 1_000);

    await erase(ownerId);

    expect(await rowsOf(ownerId)).toEqual({ notes: 0, answers: 0 });
    expect(await rowsOf(other.userId)).toEqual({ notes: 2, answers: 1 });
    expect((await other.client.getNote({ noteId: kept.noteId })).note).toEqual(kept);
    expect(await eventNamesOf(service.db, note!.noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
    const erased = (await eventsOf(service.db, binned.noteId)).at(-1);
    expect(fromBinary(NoteDeletedSchema, erased!.payload)).toMatchObject({ ownerId, erased: true });
  });

  it("takes no more notes of the owner, by any way, however often it is done", async () => {
    const { client, userId } = somebody(service);
    const { noteId } = await givenNote(client);
    await erase(userId);
    await erase(userId);

    for (const call of [
      () => client.createNote({ note: { title: "Food" } }),
      () => client.updateNote({ note: { noteId, title: "Food" } }),
      () => client.restoreNote({ noteId }),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ kind: "refused", reason: "OWNER_GONE" });
    }
    expect((await refusalOf(client.deleteNote({ noteId }))).reason).toBe("NOTE_NOT_FOUND");
    expect((await client.listNotes({})).notes).toEqual([]);
    expect(await eventNamesOf(service.db, noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
  });

  it("leaves no note of many that are written at the same moment", async () => {
    for (let n = 0; n < 10; n++) {
      const { client, userId } = somebody(service);
      const { noteId } = await givenNote(client);
      const writes = Array.from({ length: 12 }, (_, i) => () => {
        const headers = { "idempotency-key": randomUUID() };
        if (i % 3 === 0) return client.createNote({ note: { title: `Food ${i}` } }, { headers });
        if (i % 3 === 1) return client.updateNote({ note: { noteId, title: `Food ${i}` } }, { headers });
        return client.deleteNote({ noteId }).then(() => client.restoreNote({ noteId }, { headers }));
      });
      const deeds: (() => Promise<unknown>)[] = writes;

      const outcomes = await Promise.allSettled(deeds.toSpliced(n, 0, () => erase(userId)).map((deed) => deed()));

      expect(outcomes[n]).toEqual({ status: "fulfilled", value: undefined });
      const refusals = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason as unknown] : [],
      );
      for (const refusal of refusals) {
        expect(["OWNER_GONE", "NOTE_NOT_FOUND"]).toContain((await refusalOf(Promise.reject(refusal))).reason);
      }
      expect(await rowsOf(userId)).toMatchObject({ notes: 0 });
      expect((await eventsOf(service.db, noteId)).at(-1)?.type).toBe("NoteDeleted");
    }
  });

  it("erases what the purge erases at the same moment, each note once", async () => {
    const { client, userId } = somebody(service);
    const notes = await Promise.all(Array.from({ length: 250 }, () => givenNote(client)));
    await service.db.query("bin_all", "update notes set deleted_at = $2 where owner_id = $1", [userId, new Date(0)]);

    await Promise.all([erase(userId), purgeBin(service.db, service.observer, new Date(1)), erase(userId)]);

    expect(await rowsOf(userId)).toMatchObject({ notes: 0 });
    for (const { noteId } of notes) {
      expect(await eventNamesOf(service.db, noteId)).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
    }
  });

  it("waits for a note that is being written, and the note does not stay", async () => {
    const { client, userId } = somebody(service);
    const { held, release } = await holdWriter(userId);
    const erasing = erase(userId);
    await expect.poll(waitingForOwner).toBe(1);
    const late = refusalOf(client.createNote({ note: { title: "Late" } }));

    release();
    await held;
    await erasing;

    expect((await late).reason).toBe("OWNER_GONE");
    expect(await rowsOf(userId)).toEqual({ notes: 0, answers: 0 });
  });
});

function erase(userId: string): Promise<void> {
  return eraseNotesOf(service.db, service.observer, userId);
}

/** A transaction that has written a note of the owner's and does not commit until it is released. */
async function holdWriter(ownerId: string) {
  const written = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const held = service.db.transaction(async (tx) => {
    await createNote(tx, service.observer, ownerId, { title: "Food", content: "" });
    written.resolve();
    await released;
  });
  await written.promise;
  return { held, release };
}

async function waitingForOwner(): Promise<number> {
  const { rowCount } = await service.db.query(
    "waiting",
    `select from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
  );
  return rowCount;
}

async function rowsOf(ownerId: string) {
  const { rows } = await service.db.query<{ notes: number; answers: number }>(
    "rows_of",
    `select (select count(*)::int from notes where owner_id = $1) as notes,
            (select count(*)::int from idempotency where actor = $1) as answers`,
    [ownerId],
  );
  return rows[0];
}
