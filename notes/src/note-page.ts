import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListNotesRequest,
  ListNotesResponseSchema,
} from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import { listNotes } from "./list-notes.ts";
import { noteMessage } from "./note-message.ts";
import type { Viewer } from "./viewer.ts";

/**
 * One page of the viewer's notes.
 *
 * @param binnedAfter what came into the bin before is gone.
 */
export async function notePage(
  db: Queryable,
  viewer: Viewer,
  request: ListNotesRequest,
  binnedAfter: Date,
): Promise<MessageInitShape<typeof ListNotesResponseSchema>> {
  const { text, deleted } = request;
  const { items, nextPageToken } = await readPage(request, {
    filters: { text, deleted },
    positionOf: (key) => ({ noteId: idAt(key, 0), createdAt: timeAt(key, 1) }),
    read: (after, limit) =>
      listNotes(db, viewer, { text, binnedAfter: deleted ? binnedAfter : undefined }, after, limit),
    keyOf: (note) => [note.noteId, String(note.createdAt.getTime())],
  });
  return { notes: items.map(noteMessage), nextPageToken };
}
