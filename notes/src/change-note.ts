import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { assertEtag, etagOf } from "@animal-delivery/platform/etag";
import { holdOwner } from "./closed-owners.ts";
import { takeRoom } from "./note-quota.ts";
import { findNoteForUpdate, insertNote } from "./note-repository.ts";
import { newNote, nextVersion, noteNotFound, type Note, type NoteText } from "./note.ts";
import type { NoteObserver } from "./observe-notes.ts";
import { saveChange, tellChange } from "./record-change.ts";
import type { Viewer } from "./viewer.ts";

/** Which note a caller means, and in which state they saw it. */
export interface NoteSeen {
  readonly noteId: string;
  /** The etag it must still have; empty for any. */
  readonly etag: string;
}

/** @throws {DomainError} refused OWNER_GONE or NOTES_FULL. */
export async function createNote(
  tx: Transaction,
  observer: NoteObserver,
  ownerId: string,
  text: NoteText,
): Promise<Note> {
  await holdOwner(tx, ownerId);
  await takeRoom(tx, ownerId);
  const note = newNote(randomUUIDv7(), ownerId, text);
  await insertNote(tx, note);
  await tellChange(tx, observer, note, "created");
  return note;
}

/**
 * Changes a note by `merge`, which gets it as it is now. What is the same afterwards is no change: nothing is written.
 *
 * @throws {DomainError} notFound NOTE_NOT_FOUND, refused OWNER_GONE, stale ETAG_STALE, and what `merge` throws.
 */
export async function updateNote(
  tx: Transaction,
  observer: NoteObserver,
  viewer: Viewer,
  seen: NoteSeen,
  merge: (current: Note) => NoteText,
): Promise<Note> {
  await holdOwner(tx, viewer.subject);
  const current = await findSeen(tx, viewer, seen);
  const text = merge(current);
  if (text.title === current.title && text.content === current.content) return current;
  const note = nextVersion(current, text, new Date());
  await saveChange(tx, observer, note, "updated");
  return note;
}

/**
 * Puts a note into the bin.
 *
 * @throws {DomainError} notFound NOTE_NOT_FOUND, stale ETAG_STALE.
 */
export async function deleteNote(
  tx: Transaction,
  observer: NoteObserver,
  viewer: Viewer,
  seen: NoteSeen,
): Promise<void> {
  const current = await findSeen(tx, viewer, seen);
  const now = new Date();
  await saveChange(tx, observer, nextVersion(current, { deletedAt: now }, now), "deleted");
}

/**
 * Takes a note out of the bin; one that is not in it stays as it is.
 *
 * @param binnedAfter what came into the bin before is gone.
 * @throws {DomainError} notFound NOTE_NOT_FOUND, refused OWNER_GONE.
 */
export async function restoreNote(
  tx: Transaction,
  observer: NoteObserver,
  viewer: Viewer,
  noteId: string,
  binnedAfter: Date,
): Promise<Note> {
  await holdOwner(tx, viewer.subject);
  const current = await findNoteForUpdate(tx, viewer, noteId, binnedAfter);
  if (!current) throw noteNotFound(noteId);
  if (!current.deletedAt) return current;
  const note = nextVersion(current, { deletedAt: undefined }, new Date());
  await saveChange(tx, observer, note, "restored");
  return note;
}

/** A note that is not in the bin, locked, in the state that the caller saw. */
async function findSeen(tx: Transaction, viewer: Viewer, { noteId, etag }: NoteSeen): Promise<Note> {
  const note = await findNoteForUpdate(tx, viewer, noteId);
  if (!note) throw noteNotFound(noteId);
  assertEtag(etag, etagOf(note.version));
  return note;
}
