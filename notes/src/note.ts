import { DomainError } from "@animal-delivery/platform/errors";

/** What a person writes; the service makes the rest. */
export interface NoteText {
  readonly title: string;
  readonly content: string;
}

/** A note of a person's own. */
export interface Note extends NoteText {
  readonly noteId: string;
  /** The subject of whoever wrote it. */
  readonly ownerId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when it is in the bin; undefined while it is not there. */
  readonly deletedAt: Date | undefined;
  /** Counts the note's events, from 1; the etag is made of it. */
  readonly version: bigint;
}

/** A note that was not there before. */
export function newNote(noteId: string, ownerId: string, text: NoteText): Note {
  const now = new Date();
  return { noteId, ownerId, ...text, createdAt: now, updatedAt: now, deletedAt: undefined, version: 1n };
}

/** The note after one more event. */
export function nextVersion(note: Note, change: Partial<NoteText & Pick<Note, "deletedAt">>, now: Date): Note {
  return { ...note, ...change, updatedAt: now, version: note.version + 1n };
}

export function noteNotFound(noteId: string): DomainError {
  return new DomainError("notFound", "NOTE_NOT_FOUND", "there is no such note", { note_id: noteId });
}

export function ownerGone(): DomainError {
  return new DomainError("refused", "OWNER_GONE", "the owner's account is being deleted");
}
