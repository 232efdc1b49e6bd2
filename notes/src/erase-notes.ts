import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { forgetAnswers } from "@animal-delivery/platform/db/idempotency";
import { closeOwner } from "./closed-owners.ts";
import { deleteNoteRow, deleteNotesInBin, deleteNotesOf, hasNotes } from "./note-repository.ts";
import { nextVersion, type Note } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";
import { tellChange } from "./record-change.ts";

/** Notes that one transaction erases: some 100 ms of work. */
const BATCH_NOTES = 100;

/** Erases one note; nothing happens when there is none. */
export async function eraseNote(tx: Transaction, observer: NoteObserver, noteId: string): Promise<void> {
  const note = await deleteNoteRow(tx, noteId);
  if (note) await tellErased(tx, observer, [note]);
}

/**
 * Erases every note of an owner, also those in the bin, and what the owner was answered to requests with an idempotency key.
 * No note of theirs is written any more. A person may have any number of notes: what was erased when time is up stays so, and
 * the next call goes on from there.
 */
export async function eraseNotesOf(db: Database, observer: NoteObserver, ownerId: string): Promise<void> {
  await db.transaction((tx) => closeOwner(tx, ownerId, new Date()));
  // A batch may come out small while the purge erases some of it: whether notes are left is asked anew.
  while (await hasNotes(db, ownerId)) {
    await eraseBatch(db, observer, (tx) => deleteNotesOf(tx, ownerId, BATCH_NOTES));
  }
  await db.transaction((tx) => forgetAnswers(tx, ownerId));
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
    const batch = await eraseBatch(db, observer, (tx) => deleteNotesInBin(tx, before, BATCH_NOTES));
    purged += batch;
    if (batch < BATCH_NOTES || stop?.aborted) return purged;
  }
}

/** Erases what `deleteNotes` takes, and tells it; answers how many. */
function eraseBatch(
  db: Database,
  observer: NoteObserver,
  deleteNotes: (tx: Transaction) => Promise<Note[]>,
): Promise<number> {
  return db.transaction(async (tx) => {
    const notes = await deleteNotes(tx);
    await tellErased(tx, observer, notes);
    return notes.length;
  });
}

async function tellErased(tx: Transaction, observer: NoteObserver, notes: readonly Note[]): Promise<void> {
  const now = new Date();
  for (const note of notes) await tellChange(tx, observer, nextVersion(note, {}, now), "erased");
}
