import {
  EraseNotesSchema,
  EraseWelcomeNoteSchema,
  WriteWelcomeNoteSchema,
} from "@animal-delivery/contracts/gen/notes/v1/note_commands_pb";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import { eraseNote, eraseNotesOf } from "../erase-notes.ts";
import type { NoteObserver } from "../observe-notes.ts";
import { welcomeNoteId, writeWelcomeNote } from "../welcome-note.ts";

/** The steps that notes takes in sagas: `welcome-note` of a sign-up, `notes` of a deletion. */
export function sagaSteps(observer: NoteObserver): Step[] {
  return [
    step("welcome-note", {
      take: command(WriteWelcomeNoteSchema, (tx, { userId }) => writeWelcomeNote(tx, observer, userId)),
      undo: command(EraseWelcomeNoteSchema, (tx, { userId }) => eraseNote(tx, observer, welcomeNoteId(userId))),
    }),
    step("notes", {
      // In transactions of its own: what it erases stays erased, however often it takes to erase all.
      take: command(EraseNotesSchema, ({ database }, { userId }) => eraseNotesOf(database, observer, userId)),
    }),
  ];
}
