// Runs the whole service beside a real log bus: sagas ask for its steps, and its events reach the world.
import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  EraseNotesSchema,
  EraseWelcomeNoteSchema,
  WriteWelcomeNoteSchema,
} from "@animal-delivery/contracts/gen/notes/v1/note_commands_pb";
import {
  StepActionSchema,
  StepOutcomeSchema,
  StepReplySchema,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNotes } from "../src/service.ts";
import { welcomeNoteId } from "../src/welcome-note.ts";
import { BIN_RETENTION_MS, eventNamesOf, givenNote, somebody, startNotes, type Notes } from "./setup.ts";

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

const open = new AsyncDisposableStack();
/** `1 do done` and `NoteCreated 1`, as they arrived, by saga and note. */
const arrived = new Map<string, string[]>();
let service: Notes;
let bus: TestBus;

beforeAll(async () => {
  service = open.use(await startNotes());
  bus = open.use(await testBus());
  const stop = new AbortController();
  const telemetry = testTelemetry("notes");
  const { tasks } = createNotes({ binRetentionMs: BIN_RETENTION_MS }, { telemetry, db: service.db, bus });
  const ended = Promise.all([...tasks.map((task) => task.run(stop.signal)), listen(stop.signal)]);
  open.defer(async () => {
    stop.abort();
    await ended;
  });
});
afterAll(() => open.disposeAsync());

describe("the step welcome-note", () => {
  it("greets the user with one note, however often it is asked for", async () => {
    const { client, userId } = somebody(service);
    const saga = someSaga();

    await saga.send("do", WriteWelcomeNoteSchema, { userId });
    await saga.send("do", WriteWelcomeNoteSchema, { userId });
    await someSaga().send("do", WriteWelcomeNoteSchema, { userId });

    await expect.poll(() => arrived.get(saga.id), SOON).toEqual(["1 do done", "2 do done"]);
    const { notes } = await client.listNotes({});
    expect(notes).toMatchObject([{ noteId: welcomeNoteId(userId), ownerId: userId, title: "Welcome" }]);
    await expect.poll(() => arrived.get(welcomeNoteId(userId)), SOON).toEqual(["NoteCreated 1"]);
  });

  it("is undone without a trace, also when it never happened, and does not happen afterwards", async () => {
    for (const before of [1, 0]) {
      const { client, userId } = somebody(service);
      const saga = someSaga();
      if (before) await saga.send("do", WriteWelcomeNoteSchema, { userId });

      await saga.send("undo", EraseWelcomeNoteSchema, { userId });
      await saga.send("do", WriteWelcomeNoteSchema, { userId });

      const answers = ["1 do done", "2 undo done", "3 do refused STEP_LATE"];
      const told = before ? answers : ["1 undo done", "2 do refused STEP_LATE"];
      await expect.poll(() => arrived.get(saga.id), SOON).toEqual(told);
      expect((await client.listNotes({})).notes).toEqual([]);
      const names = await eventNamesOf(service.db, welcomeNoteId(userId));
      expect(names).toEqual(before ? ["NoteCreated 1", "NoteDeleted 2"] : []);
    }
  });
});

describe("the step notes", () => {
  it("erases the person's notes for good, and refuses to greet them again", async () => {
    const { client, userId } = somebody(service);
    const { noteId } = await givenNote(client);
    const saga = someSaga();
    const late = someSaga();

    await saga.send("do", EraseNotesSchema, { userId });
    await expect.poll(() => arrived.get(saga.id), SOON).toEqual(["1 do done"]);
    await late.send("do", WriteWelcomeNoteSchema, { userId });

    await expect.poll(() => arrived.get(late.id), SOON).toEqual(["1 do refused OWNER_GONE"]);
    await expect.poll(() => arrived.get(noteId), SOON).toEqual(["NoteCreated 1", "NoteDeleted 2"]);
    expect((await client.listNotes({})).notes).toEqual([]);
    expect((await refusalOf(givenNote(client))).reason).toBe("OWNER_GONE");
  });

  it("erases more notes than one transaction does", async () => {
    const { client, userId } = somebody(service);
    await service.db.query(
      "many",
      `insert into notes (note_id, owner_id, title, content, created_at, updated_at, version)
       select gen_random_uuid(), $1, 'Food', repeat('x', 1000), now(), now(), 1 from generate_series(1, 500)`,
      [userId],
    );
    const saga = someSaga();

    await saga.send("do", EraseNotesSchema, { userId });

    await expect.poll(() => arrived.get(saga.id), SOON).toEqual(["1 do done"]);
    expect((await client.listNotes({})).notes).toEqual([]);
  });
});

/** A saga that sends its commands in order. */
function someSaga() {
  const id = randomUUID();
  let sequence = 0n;
  return {
    id,
    async send<D extends DescMessage>(action: "do" | "undo", schema: D, message: MessageInitShape<D>): Promise<void> {
      sequence++;
      const envelope = create(EventEnvelopeSchema, {
        eventId: randomUUID(),
        aggregateId: id,
        type: schema.typeName,
        occurredAt: BigInt(Date.now()),
        payload: toBinary(schema, create(schema, message)),
        correlationId: "test",
        aggregateVersion: sequence,
      });
      const headers = { participant: "notes", action };
      await bus.publish("saga.commands", [{ key: id, value: toBinary(EventEnvelopeSchema, envelope), headers }]);
    },
  };
}

/** Keeps what notes tells. */
function listen(stop: AbortSignal): Promise<void> {
  return bus.consume(
    {
      group: "test",
      topics: ["notes.events", "saga.replies"],
      batchRecordsMax: 100,
      async handle(batch) {
        for (const { value, offset } of batch.records) {
          const { aggregateId, aggregateVersion, type, payload } = fromBinary(EventEnvelopeSchema, value);
          const fact =
            type === StepReplySchema.typeName ? answerOf(payload) : `${type.replace(/^.*\./, "")} ${aggregateVersion}`;
          arrived.set(aggregateId, [...(arrived.get(aggregateId) ?? []), fact]);
          await batch.commit(offset);
        }
      },
    },
    stop,
  );
}

/** `3 do refused STEP_LATE`. */
function answerOf(payload: Uint8Array): string {
  const { sequence, action, outcome, reason } = fromBinary(StepReplySchema, payload);
  const words = [StepActionSchema.value[action], StepOutcomeSchema.value[outcome]].map((value) => value?.localName);
  return [sequence, ...words.map((word) => word?.toLowerCase()), reason].join(" ").trim();
}
