import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Note as NoteMessage, NoteSchema } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { etagOf } from "@animal-delivery/platform/etag";
import type { Note, NoteText } from "./note.ts";

export function noteMessage(note: Note): MessageInitShape<typeof NoteSchema> {
  return {
    noteId: note.noteId,
    ownerId: note.ownerId,
    title: note.title,
    content: note.content,
    etag: etagOf(note.version),
    createdAt: timestampFromDate(note.createdAt),
    updatedAt: timestampFromDate(note.updatedAt),
    ...(note.deletedAt && { deletedAt: timestampFromDate(note.deletedAt) }),
  };
}

/** What a person says of a note. */
export function textOf({ title, content }: NoteMessage): NoteText {
  return { title, content };
}
