import type { ServiceImpl } from "@connectrpc/connect";
import type { Note as NoteMessage, NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { createNote, deleteNote, restoreNote, updateNote } from "./change-note.ts";
import { mergeNote } from "./merge-note.ts";
import { noteMessage, textOf } from "./note-message.ts";
import { notePage } from "./note-page.ts";
import { findNote } from "./note-repository.ts";
import { noteNotFound, type Note } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";
import { viewerOf } from "./viewer.ts";

/**
 * Notes over RPC. A caller meets their own notes; no other note is there.
 *
 * @param binRetentionMs how long a note can come back out of the bin.
 */
export function noteService(
  db: Database,
  observer: NoteObserver,
  binRetentionMs: number,
): ServiceImpl<typeof NoteService> {
  const binnedAfter = () => new Date(Date.now() - binRetentionMs);
  return {
    createNote: (request, context) =>
      mutate(db, context, request, async (tx, { caller }) => {
        const note = await createNote(tx, observer, caller.actor, textOf(given(request.note)));
        return { note: noteMessage(note) };
      }),

    async getNote({ noteId }, context) {
      const note = await findNote(db, viewerOf(grantOf(context)), noteId);
      if (!note) throw noteNotFound(noteId);
      return { note: noteMessage(note) };
    },

    listNotes: (request, context) => notePage(db, viewerOf(grantOf(context)), request, binnedAfter()),

    updateNote: (request, context) =>
      mutate(db, context, request, async (tx, grant) => {
        const { updateMask, etag } = request;
        const wish = given(request.note);
        const merge = (current: Note) => mergeNote(current, wish, updateMask?.paths);
        const note = await updateNote(tx, observer, viewerOf(grant), { noteId: wish.noteId, etag }, merge);
        return { note: noteMessage(note) };
      }),

    deleteNote: (request, context) =>
      mutate(db, context, request, async (tx, grant) => {
        await deleteNote(tx, observer, viewerOf(grant), request);
        return {};
      }),

    restoreNote: (request, context) =>
      mutate(db, context, request, async (tx, grant) => {
        const note = await restoreNote(tx, observer, viewerOf(grant), request.noteId, binnedAfter());
        return { note: noteMessage(note) };
      }),
  };
}

/** The note of a request that the contract's rules let pass. */
function given(note: NoteMessage | undefined): NoteMessage {
  if (!note) throw new Error("a request without note passed validation");
  return note;
}
