import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { Counter } from "prom-client";
import { NOTE_CHANGES, type NoteChange } from "./note-events.ts";

/** Tells operators what happens to notes, once it is committed. */
export interface NoteObserver {
  noteChanged(tx: Transaction, change: NoteChange): void;
}

/** Counts, in the registry: a registry takes one observer. */
export function observeNotes({ meters }: Pick<Telemetry, "meters">): NoteObserver {
  const changes = new Counter({
    name: "notes_changes_total",
    help: "What happened to notes",
    labelNames: ["change"],
    registers: [meters.registry],
  });
  for (const change of NOTE_CHANGES) changes.inc({ change }, 0);
  return { noteChanged: (tx, change) => tx.afterCommit(() => changes.inc({ change })) };
}
