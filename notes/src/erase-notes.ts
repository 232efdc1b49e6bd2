import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { deleteAnswersOf } from "@animal-delivery/platform/db/idempotency";
import { closeOwner } from "./closed-owners.ts";
import { deleteNoteRow, deleteNotesInBin, deleteNotesOf } from "./note-repository.ts";
import { nextVersion, type Note } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";
import { tellChange } from "./record-change.ts";

/** Notes that one transaction of the purge erases: some 100 ms of work. */
const PURGE_BATCH_NOTES = 100;

/** Erases one note; nothing happens when there is none. */
export async function eraseNote(tx: Transaction, observer: NoteObserver, noteId: string): Promise<void> {
  const note = await deleteNoteRow(tx, noteId);
  if (note) await tellErased(tx, observer, [note]);
}

/**
 * Erases every note of an owner, also those in the bin, and what the owner was answered to requests with an idempotency key.
 * No note of theirs is written any more.
 */
export async function eraseNotesOf(tx: Transaction, observer: NoteObserver, ownerId: string): Promise<void> {
  await closeOwner(tx, ownerId, new Date());
  await tellErased(tx, observer, await deleteNotesOf(tx, ownerId));
  await deleteAnswersOf(tx, ownerId);
}

/** Erases the notes that came into the bin before a time; answers how many. */
export async function purgeBin(
  db: Database,
  observer: NoteObserver,
  before: Date,
  stop?: AbortSignal,
): Promise<number> {
  let purged = 0;
  for (;;) {
    const batch = await db.transaction(async (tx) => {
      const notes = await deleteNotesInBin(tx, before, PURGE_BATCH_NOTES);
      await tellErased(tx, observer, notes);
      return notes.length;
    });
    purged += batch;
    if (batch < PURGE_BATCH_NOTES || stop?.aborted) return purged;
  }
}

async function tellErased(tx: Transaction, observer: NoteObserver, notes: readonly Note[]): Promise<void> {
  const now = new Date();
  for (const note of notes) await tellChange(tx, observer, nextVersion(note, {}, now), "erased");
}
