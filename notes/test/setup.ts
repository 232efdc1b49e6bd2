import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import type { Client, ConnectRouter } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { NoteService, type Note } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import type { Database, Queryable } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { MIGRATIONS } from "../src/migrations.ts";
import { noteService } from "../src/note-service.ts";
import { observeNotes, type NoteObserver } from "../src/observe-notes.ts";

export const BIN_RETENTION_MS = 30 * 86_400_000;

/** Notes over RPC in this process, on a database of its own. */
export interface Notes extends AsyncDisposable {
  readonly db: Database;
  readonly telemetry: Telemetry;
  readonly observer: NoteObserver;
  as(grant: Grant): Client<typeof NoteService>;
}

/** Hundreds of calls at once wait long on a busy machine; how long is not what these tests are about. */
const PATIENCE_MS = 30_000;

export async function startNotes(): Promise<Notes> {
  const open = new AsyncDisposableStack();
  const { url } = open.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const telemetry = testTelemetry("notes");
  const limits = { statementTimeoutMs: PATIENCE_MS, lockTimeoutMs: PATIENCE_MS, acquireTimeoutMs: PATIENCE_MS };
  const db = open.use(openDatabase({ url, poolSize: 20, ...limits }, telemetry));
  const observer = observeNotes(telemetry);
  const deadline = { defaultTimeoutMs: PATIENCE_MS };
  const routes = (router: ConnectRouter): void => {
    router.service(NoteService, noteService(db, observer, BIN_RETENTION_MS));
  };
  return {
    db,
    telemetry,
    observer,
    as: (grant) => inMemoryClient(NoteService, routes, { grant, deadline }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Somebody whom no other test knows. */
export function somebody(service: Notes) {
  const userId = randomUUID();
  const grant = userGrant({ subject: userId, relations: ["creator"] });
  return { userId, grant, client: service.as(grant) };
}

export async function givenNote(
  client: Client<typeof NoteService>,
  text: { title?: string; content?: string } = {},
): Promise<Note> {
  const { note } = await client.createNote({ note: { title: "Food", content: "Two bowls a day", ...text } });
  if (!note) throw new Error("no note came back");
  return note;
}

/** A note that came into the bin so long ago. */
export async function givenBinned(service: Notes, client: Client<typeof NoteService>, agoMs: number): Promise<Note> {
  const note = await givenNote(client);
  await client.deleteNote({ noteId: note.noteId });
  await service.db.query("age_bin", "update notes set deleted_at = $2 where note_id = $1", [
    note.noteId,
    new Date(Date.now() - agoMs),
  ]);
  return note;
}

export interface RecordedEvent {
  /** Without the package: `NoteCreated`. */
  readonly type: string;
  readonly version: bigint;
  readonly payload: Uint8Array;
}

/** The events of a note that wait in the outbox, in the order of their versions. */
export async function eventsOf(db: Queryable, noteId: string): Promise<RecordedEvent[]> {
  const { rows } = await db.query<{ value: Buffer }>("events_of", "select value from outbox where key = $1", [noteId]);
  const events = rows.map(({ value }) => {
    const { type, aggregateVersion: version, payload } = fromBinary(EventEnvelopeSchema, value);
    return { type: type.replace(/^notes\.v1\./, ""), version, payload };
  });
  return events.toSorted((a, b) => Number(a.version - b.version));
}

/** `NoteCreated 1`, `NoteUpdated 2`. */
export async function eventNamesOf(db: Queryable, noteId: string): Promise<string[]> {
  return (await eventsOf(db, noteId)).map(({ type, version }) => `${type} ${version}`);
}
