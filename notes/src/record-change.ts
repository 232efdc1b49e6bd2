import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendNoteEvent, type NoteChange } from "./note-events.ts";
import { saveNote } from "./note-repository.ts";
import type { Note } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";

/** Writes a note that changed, and tells the world. */
export async function saveChange(
  tx: Transaction,
  observer: NoteObserver,
  note: Note,
  change: NoteChange,
): Promise<void> {
  await saveNote(tx, note);
  await tellChange(tx, observer, note, change);
}

/** Tells the world of a change that is written already. */
export async function tellChange(
  tx: Transaction,
  observer: NoteObserver,
  note: Note,
  change: NoteChange,
): Promise<void> {
  await appendNoteEvent(tx, note, change);
  observer.noteChanged(tx, change);
}
