import type { Transaction } from "@animal-delivery/platform/db/database";
import { v5 } from "uuid";
import { holdOwner } from "./closed-owners.ts";
import { insertNote } from "./note-repository.ts";
import { newNote } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";
import { tellChange } from "./record-change.ts";

/** The namespace of the ids of welcome notes. Fixed for ever: another one would greet people twice. */
const NAMESPACE = "d8388936-0a9d-4800-9ccd-6428b112c6ee";

const WELCOME = {
  title: "Welcome",
  content:
    "These are your notes: whatever you want to keep about your animals, their food and their journeys. Nobody else sees them. " +
    "What you delete stays in the bin for a while, in case you change your mind.",
};

/** The id of the one note that greets a user: whoever writes or erases it again means the same one. */
export function welcomeNoteId(userId: string): string {
  return v5(userId, NAMESPACE);
}

/**
 * Greets a new user with a note of their own, once.
 *
 * @throws {DomainError} refused OWNER_GONE.
 */
export async function writeWelcomeNote(tx: Transaction, observer: NoteObserver, userId: string): Promise<void> {
  await holdOwner(tx, userId);
  const note = newNote(welcomeNoteId(userId), userId, WELCOME);
  if (await insertNote(tx, note)) await tellChange(tx, observer, note, "created");
}
