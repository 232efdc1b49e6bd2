import { create } from "@bufbuild/protobuf";
import {
  CreateNoteRequestSchema,
  NoteSchema,
  type Note as NoteMessage,
} from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { errorDomain } from "@animal-delivery/platform/rpc/interceptors";
import { mergeFields } from "@animal-delivery/platform/rpc/merge-fields";
import { assertValid } from "@animal-delivery/platform/rpc/validate";
import type { Note, NoteText } from "./note.ts";
import { noteMessage, textOf } from "./note-message.ts";

/** The service makes these, whoever names them. */
const IMMUTABLE = new Set(["note_id", "owner_id", "etag", "created_at", "updated_at", "deleted_at"]);

/** What changes when no mask says. */
const WHOLE = ["title", "content"];

/**
 * The text of a note with the fields that the mask names taken from another one.
 *
 * @param paths as protobuf has them: `title`; undefined for the whole text.
 * @throws {DomainError} invalid REQUEST_INVALID for a path that names no field or one that cannot change, and when the
 *   result breaks a rule of the contract.
 */
export function mergeNote(current: Note, given: NoteMessage, paths: readonly string[] = WHOLE): NoteText {
  const before = create(NoteSchema, noteMessage(current));
  const note = mergeFields({ schema: NoteSchema, current: before, given, paths, immutable: IMMUTABLE });
  // The rules of a whole note are those of one to be created, and so are the names of its fields in a refusal.
  assertValid(CreateNoteRequestSchema, create(CreateNoteRequestSchema, { note }), errorDomain("notes"));
  return textOf(note);
}
