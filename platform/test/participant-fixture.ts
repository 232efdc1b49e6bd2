import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StepReplySchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import { CreateProfileSchema, RemoveProfileSchema } from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";
import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { participate, type ParticipateOptions } from "@animal-delivery/platform/saga/participate";
import { command, step } from "@animal-delivery/platform/saga/step";
import { ACTIONS, OUTCOMES, type Action } from "@animal-delivery/platform/saga/words";
import type { TestBus } from "@animal-delivery/platform/testing/bus";
import type { TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";

const TOPIC = "saga.commands";

/** What a test does to an effect before it is committed; nothing unless given. */
export type Interference = (fact: string, tx: Transaction) => Promise<void>;

/** A participant of a name of its own, with the one step `profile`, on the file's database and bus. */
export class ParticipantFixture implements AsyncDisposable {
  readonly participant = `participant-${randomUUID()}`;
  readonly telemetry: TestTelemetry = testTelemetry();
  readonly sagaId = randomUUID();
  readonly db: TestDatabase;
  readonly bus: TestBus;
  interfere: Interference = async () => undefined;
  /** Facts of effects that were begun, committed or not. */
  readonly begun: string[] = [];
  readonly #open = new AsyncDisposableStack();

  constructor(db: TestDatabase, bus: TestBus) {
    this.db = db;
    this.bus = bus;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open.disposeAsync();
  }

  /** Starts a member; `end` ends it. */
  start(options: Partial<ParticipateOptions> = {}): { end: () => Promise<void> } {
    const { participant, db, bus, telemetry } = this;
    const task = participate({ participant, db, bus, telemetry, steps: [this.#step()], ...options });
    const stop = new AbortController();
    const running = task.run(stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await running;
    };
    this.#open.defer(end);
    return { end };
  }

  #step() {
    const effect = (action: Action) => (tx: Transaction, message: { userId: string }) =>
      this.#effect(tx, `${action} ${message.userId}`);
    return step("profile", {
      take: command(CreateProfileSchema, effect("do")),
      undo: command(RemoveProfileSchema, effect("undo")),
    });
  }

  async #effect(tx: Transaction, fact: string): Promise<void> {
    this.begun.push(fact);
    await tx.query("record_effect", "insert into effects (saga_id, fact) values ($1, $2)", [this.sagaId, fact]);
    await this.interfere(fact, tx);
  }

  async send(...records: BusRecord[]): Promise<void> {
    await this.bus.publish(TOPIC, records);
  }

  /** A command to this participant. */
  command(action: Action, sequence: number, headers: Record<string, string> = {}): BusRecord {
    const schema = action === "do" ? CreateProfileSchema : RemoveProfileSchema;
    return this.record({
      type: schema.typeName,
      sequence,
      payload: toBinary(schema, create(schema, { userId: "ada" })),
      headers: { participant: this.participant, step: "profile", action, ...headers },
    });
  }

  record(facts: { type: string; sequence: number; payload: Uint8Array; headers: Record<string, string> }): BusRecord {
    const { type, sequence, payload, headers } = facts;
    const envelope = create(EventEnvelopeSchema, {
      eventId: randomUUID(),
      aggregateId: this.sagaId,
      type,
      occurredAt: BigInt(Date.now()),
      payload,
      correlationId: "corr",
      aggregateVersion: BigInt(sequence),
    });
    return { key: this.sagaId, value: toBinary(EventEnvelopeSchema, envelope), headers };
  }

  /** What was committed, in order. */
  async effects(): Promise<string[]> {
    const { rows } = await this.db.query<{ fact: string }>(
      "effects",
      "select fact from effects where saga_id = $1 order by place",
      [this.sagaId],
    );
    return rows.map(({ fact }) => fact);
  }

  /** The answers that wait in the outbox: `3 do done`, `4 do refused STEP_LATE`. */
  async replies(): Promise<string[]> {
    const { rows } = await this.db.query<{ value: Buffer }>(
      "replies",
      "select value from outbox where topic = 'saga.replies' and key = $1 order by id",
      [this.sagaId],
    );
    return rows.map(({ value }) => {
      const { payload, aggregateVersion, correlationId } = fromBinary(EventEnvelopeSchema, value);
      const reply = fromBinary(StepReplySchema, payload);
      if (reply.sagaId !== this.sagaId || reply.step !== "profile" || reply.sequence !== aggregateVersion) {
        throw new Error("the reply is about something else");
      }
      if (correlationId !== "corr") throw new Error("the correlation is lost");
      const words = [aggregateVersion, nameOf(ACTIONS, reply.action), nameOf(OUTCOMES, reply.outcome), reply.reason];
      return words.join(" ").trim();
    });
  }

  async deadLetters(): Promise<number> {
    const { rowCount } = await this.db.query("dead", "select from outbox where topic = 'dlq' and key = $1", [
      this.sagaId,
    ]);
    return rowCount;
  }

  async parked(): Promise<number> {
    const { rowCount } = await this.db.query("parked", "select from inbox_parked where consumer = $1", [
      `${this.participant}.sagas`,
    ]);
    return rowCount;
  }

  /** How many records the participant has not dealt with. */
  async lag(bus: Bus = this.bus): Promise<bigint> {
    const lags = await bus.lag(`${this.participant}.sagas`, [TOPIC]);
    return lags.reduce((sum, { records }) => sum + records, 0n);
  }
}

/** The table that effects go to. */
export async function createEffects(db: Database): Promise<void> {
  await db.query("create", "create table effects (place bigint generated always as identity, saga_id text, fact text)");
}

function nameOf(table: Readonly<Record<string, unknown>>, value: unknown): string {
  return Object.keys(table).find((name) => table[name] === value) ?? "unknown";
}
