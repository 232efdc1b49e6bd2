import {
  NoteCreatedSchema,
  NoteDeletedSchema,
  NoteUpdatedSchema,
} from "@animal-delivery/contracts/gen/notes/v1/note_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { Note } from "./note.ts";

/** Where notes publishes, keyed by the id of the note. */
const NOTES_TOPIC = "notes.events";

/** What can happen to a note. */
export type NoteChange = keyof typeof EVENTS;

/** What the world is told of it. */
const EVENTS = {
  created: { schema: NoteCreatedSchema, facts: {} },
  updated: { schema: NoteUpdatedSchema, facts: {} },
  restored: { schema: NoteUpdatedSchema, facts: {} },
  deleted: { schema: NoteDeletedSchema, facts: { erased: false } },
  erased: { schema: NoteDeletedSchema, facts: { erased: true } },
} as const;

export const NOTE_CHANGES = Object.keys(EVENTS) as readonly NoteChange[];

/** Tells of a change that brought the note to the version it has now. */
export async function appendNoteEvent(tx: Transaction, note: Note, change: NoteChange): Promise<void> {
  const { noteId, ownerId, version, updatedAt } = note;
  const { schema, facts } = EVENTS[change];
  await appendEvent(tx, {
    topic: NOTES_TOPIC,
    aggregateId: noteId,
    aggregateVersion: version,
    schema,
    message: { noteId, ownerId, ...facts },
    occurredAt: updatedAt,
  });
}
