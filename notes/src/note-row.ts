import type { Note } from "./note.ts";

/** The columns of `NoteRow`, of the table alias `n`. */
export const NOTE_COLUMNS =
  "n.note_id, n.owner_id, n.title, n.content, n.created_at, n.updated_at, n.deleted_at, n.version";

export interface NoteRow {
  note_id: string;
  owner_id: string;
  title: string;
  content: string;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  version: string;
}

export function noteOf(row: NoteRow): Note {
  return {
    noteId: row.note_id,
    ownerId: row.owner_id,
    title: row.title,
    content: row.content,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at ?? undefined,
    version: BigInt(row.version),
  };
}
