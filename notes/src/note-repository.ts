import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Note } from "./note.ts";
import { NOTE_COLUMNS, noteOf, type NoteRow } from "./note-row.ts";
import { visibleNotes, type Viewer } from "./viewer.ts";

/** Reads a note; undefined when there is none that the viewer may see, or it is in the bin. */
export async function findNote(db: Queryable, viewer: Viewer, noteId: string): Promise<Note | undefined> {
  const { rows } = await db.query<NoteRow>(
    "find_note",
    `select ${NOTE_COLUMNS}
       from notes n
      where n.note_id = $2 and ${visibleNotes(viewer)} and n.deleted_at is null`,
    [viewer.subject, noteId],
  );
  return rows[0] && noteOf(rows[0]);
}

/**
 * Reads a note and locks its row until the transaction ends; undefined when there is none that the viewer may see.
 *
 * @param binnedAfter one that came into the bin after this time is found as well; none of those by default.
 */
export async function findNoteForUpdate(
  tx: Transaction,
  viewer: Viewer,
  noteId: string,
  binnedAfter: Date | "infinity" = "infinity",
): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    "find_note_for_update",
    `select ${NOTE_COLUMNS}
       from notes n
      where n.note_id = $2 and ${visibleNotes(viewer)} and (n.deleted_at is null or n.deleted_at > $3)
        for no key update`,
    [viewer.subject, noteId, binnedAfter],
  );
  return rows[0] && noteOf(rows[0]);
}

/** Writes a new note; whether there was none with its id. */
export async function insertNote(tx: Transaction, note: Note): Promise<boolean> {
  const { rowCount } = await tx.query(
    "insert_note",
    `insert into notes (note_id, owner_id, title, content, created_at, updated_at, version)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (note_id) do nothing`,
    [note.noteId, note.ownerId, note.title, note.content, note.createdAt, note.updatedAt, note.version],
  );
  return rowCount === 1;
}

/** Writes what may change of a note. */
export async function saveNote(tx: Transaction, note: Note): Promise<void> {
  await tx.query(
    "save_note",
    `update notes
        set title = $2, content = $3, updated_at = $4, deleted_at = $5, version = $6
      where note_id = $1`,
    [note.noteId, note.title, note.content, note.updatedAt, note.deletedAt, note.version],
  );
}

/** Erases a note; undefined when there is none. */
export async function deleteNoteRow(tx: Transaction, noteId: string): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    "delete_note",
    `delete from notes n where n.note_id = $1 returning ${NOTE_COLUMNS}`,
    [noteId],
  );
  return rows[0] && noteOf(rows[0]);
}

/** Whether an owner has notes, in the bin or not. */
export async function hasNotes(db: Queryable, ownerId: string): Promise<boolean> {
  const { rowCount } = await db.query("has_notes", "select from notes where owner_id = $1 limit 1", [ownerId]);
  return rowCount > 0;
}

/** Erases notes of an owner, also those in the bin; which they were. */
export async function deleteNotesOf(tx: Transaction, ownerId: string, limit: number): Promise<Note[]> {
  const { rows } = await tx.query<NoteRow>(
    "delete_notes_of",
    `delete from notes n
      where n.note_id = any (array(
              select note_id
                from notes
               where owner_id = $1
               order by note_id
               limit $2
                 for update))
  returning ${NOTE_COLUMNS}`,
    [ownerId, limit],
  );
  return rows.map(noteOf);
}

/** Erases notes that came into the bin before a time, the oldest first, but those that somebody holds; which they were. */
export async function deleteNotesInBin(tx: Transaction, before: Date, limit: number): Promise<Note[]> {
  const { rows } = await tx.query<NoteRow>(
    "delete_notes_in_bin",
    `delete from notes n
      where n.note_id = any (array(
              select note_id
                from notes
               where deleted_at <= $1
               order by deleted_at
               limit $2
                 for update skip locked))
  returning ${NOTE_COLUMNS}`,
    [before, limit],
  );
  return rows.map(noteOf);
}
