import type { Queryable } from "@animal-delivery/platform/db/database";
import { containing } from "@animal-delivery/platform/db/like-pattern";
import type { Note } from "./note.ts";
import { NOTE_COLUMNS, noteOf, type NoteRow } from "./note-row.ts";
import { visibleNotes, type Viewer } from "./viewer.ts";

export interface NoteFilters {
  /** Only notes whose title or content holds this text, in any case; empty for all. */
  readonly text: string;
  /** Those that came into the bin after this time; undefined for those that are not there. */
  readonly binnedAfter: Date | undefined;
}

/** The last note of the page before. */
export interface NotePosition {
  readonly createdAt: Date;
  readonly noteId: string;
}

/** Before the newest. */
const START = { createdAt: "infinity", noteId: "00000000-0000-0000-0000-000000000000" };

/** Lists the notes that the viewer may see, the newest first, from after a position. */
export async function listNotes(
  db: Queryable,
  viewer: Viewer,
  { text, binnedAfter }: NoteFilters,
  after: NotePosition | undefined,
  limit: number,
): Promise<Note[]> {
  const { createdAt, noteId } = after ?? START;
  // Two texts, so that each has a plan that walks its own index. The rows are one owner's: the text needs none.
  const { rows } = await db.query<NoteRow>(
    "list_notes",
    `select ${NOTE_COLUMNS}
       from notes n
      where ${visibleNotes(viewer)}
        and (n.created_at, n.note_id) < ($2, $3)
        and (n.title ilike $4 or n.content ilike $4)
        and ${binnedAfter ? "n.deleted_at > $6" : "n.deleted_at is null"}
      order by n.created_at desc, n.note_id desc
      limit $5`,
    [viewer.subject, createdAt, noteId, containing(text), limit, ...(binnedAfter ? [binnedAfter] : [])],
  );
  return rows.map(noteOf);
}
