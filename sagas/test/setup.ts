// Sagas among test participants that are made with the kit: real Postgres, the log bus, every service's tasks.
import { randomUUID } from "node:crypto";
import { fromBinary, type DescMessage } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { SagaService, SagaState, StepState, type Saga } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { participate } from "@animal-delivery/platform/saga/participate";
import { startSaga } from "@animal-delivery/platform/saga/start-saga";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import type { Task } from "@animal-delivery/platform/service/service";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { DEFINITIONS } from "../src/definitions/all.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import { createSagas, type Resources } from "../src/service.ts";

const ADMIN = userGrant({ subject: "admin-1", roles: ["admin"], relations: ["any"] });

export type Participant = "accounts" | "notes" | "messenger" | "orders" | "delivery";
const PARTICIPANTS: readonly Participant[] = ["accounts", "notes", "messenger", "orders", "delivery"];

/** Patient with a busy machine, quick where a test lets something fail. */
export const PACE = { stepTimeoutMs: 3_000, retry: { firstMs: 10, maxMs: 100 } };

/** What is changed of an orchestrator. */
export interface OrchestratorOptions extends Partial<Resources> {
  readonly stepTimeoutMs?: number;
}

export interface Running {
  readonly telemetry: TestTelemetry;
  readonly end: () => Promise<void>;
}

/** What a test does to an effect about a subject, before it is committed: `do profile`. */
export type Interference = (effect: string, tx: Transaction, subjectId: string) => Promise<void>;

/** The databases and the bus of one test file. */
export class Sagas implements AsyncDisposable {
  /** The orchestrator's. */
  readonly db: TestDatabase;
  /** The participants'; one for them all. */
  readonly peopleDb: TestDatabase;
  readonly bus: TestBus;
  interfere: Interference = async () => undefined;
  /** Commands that told a reason: `WithdrawIdentity CUSTOMER_BUSY`. */
  readonly reasons: string[] = [];
  #open = new AsyncDisposableStack();
  #client: Client<typeof SagaService> | undefined;

  private constructor(db: TestDatabase, peopleDb: TestDatabase, bus: TestBus) {
    this.db = db;
    this.peopleDb = peopleDb;
    this.bus = bus;
  }

  static async open(): Promise<Sagas> {
    const [db, peopleDb, bus] = await Promise.all([
      testDatabase({ migrations: [MIGRATIONS] }),
      testDatabase({ migrations: [] }),
      testBus({ pollMs: 200, heartbeatMs: 500 }),
    ]);
    await peopleDb.query(
      "create",
      "create table effects (place bigint generated always as identity, subject_id text, effect text)",
    );
    return new Sagas(db, peopleDb, bus);
  }

  /** Ends what a test started; what it left in the tables stays. */
  async endAll(): Promise<void> {
    await this.#open.disposeAsync();
    this.#open = new AsyncDisposableStack();
    this.interfere = async () => undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await Promise.all([this.db, this.peopleDb, this.bus].map((each) => each[Symbol.asyncDispose]()));
  }

  startOrchestrator({ stepTimeoutMs = PACE.stepTimeoutMs, ...resources }: OrchestratorOptions = {}): Running {
    const telemetry = testTelemetry("sagas");
    const whole = { telemetry, db: this.db, bus: this.bus, ...resources };
    const { tasks } = createSagas({ pace: { ...PACE, stepTimeoutMs } }, whole);
    return this.#run(telemetry, tasks);
  }

  /** All participants with one relay, or those named. */
  startParticipants(names = PARTICIPANTS, bus: Bus = this.bus): Running {
    const telemetry = testTelemetry("people");
    const resources = { db: this.peopleDb, bus, telemetry };
    return this.#run(telemetry, [
      relayOutbox(resources),
      ...names.map((participant) => participate({ ...resources, participant, steps: this.#stepsOf(participant) })),
    ]);
  }

  #run(telemetry: TestTelemetry, tasks: readonly Task[]): Running {
    const stop = new AbortController();
    const ended = Promise.all(tasks.map((task) => task.run(stop.signal)));
    const end = async (): Promise<void> => {
      stop.abort();
      await ended;
    };
    this.#open.defer(end);
    return { telemetry, end };
  }

  /** The participant's steps of all sagas, with effects that leave a row. */
  #stepsOf(participant: Participant): Step[] {
    const definitions = DEFINITIONS.flatMap(({ steps }) => steps).filter((each) => each.participant === participant);
    return definitions.map(({ step: name, take, undo }) =>
      step(name, {
        take: command(take.schema, this.#effect(`do ${name}`, take.schema)),
        ...(undo && { undo: command(undo.schema, this.#effect(`undo ${name}`, undo.schema)) }),
      }),
    );
  }

  #effect(effect: string, { name }: DescMessage) {
    return async (tx: Transaction, message: object): Promise<void> => {
      const { userId, reason } = message as { userId: string; reason?: string };
      if (reason !== undefined) this.reasons.push(`${name} ${reason}`);
      const sql = "insert into effects (subject_id, effect) values ($1, $2)";
      await tx.query("record_effect", sql, [userId, effect]);
      await this.interfere(effect, tx, userId);
    };
  }

  /** Wishes for a saga about a new subject. */
  async begin(kind: string): Promise<{ sagaId: string; subjectId: string }> {
    const subjectId = randomUUID();
    const sagaId = await this.peopleDb.transaction((tx) => startSaga(tx, { kind, subjectId }));
    return { sagaId, subjectId };
  }

  /** The service as an admin sees it. */
  get client(): Client<typeof SagaService> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  #connect(): Client<typeof SagaService> {
    const service = createSagas({ pace: PACE }, { telemetry: testTelemetry(), db: this.db, bus: this.bus });
    return inMemoryClient(SagaService, (router) => service.routes(router), { grant: ADMIN });
  }

  async read(sagaId: string): Promise<Saga | undefined> {
    return (await this.client.getSaga({ sagaId }).catch(() => undefined))?.saga;
  }

  /** `RUNNING`; undefined before it began. */
  async stateOf(sagaId: string): Promise<string | undefined> {
    return nameOf(SagaState, (await this.read(sagaId))?.state);
  }

  /** `identity DONE`. */
  async stepsOf(sagaId: string): Promise<string[]> {
    const steps = (await this.read(sagaId))?.steps ?? [];
    return steps.map(({ step, state }) => `${step} ${nameOf(StepState, state)}`);
  }

  /** The committed effects about a subject, in order: `do identity`. */
  async effectsOf(subjectId: string): Promise<string[]> {
    const { rows } = await this.peopleDb.query<{ effect: string }>(
      "effects_of",
      "select effect from effects where subject_id = $1 order by place",
      [subjectId],
    );
    return rows.map(({ effect }) => effect);
  }

  /** What the orchestrator sent for a saga, in order. */
  async commandsOf(sagaId: string): Promise<SentCommand[]> {
    const { rows } = await this.db.query<{ value: Buffer; headers: Record<string, string> }>(
      "commands_of",
      "select value, headers from outbox where topic = 'saga.commands' and key = $1 order by id",
      [sagaId],
    );
    return rows.map(({ value, headers }) => {
      const { aggregateVersion, type, correlationId } = fromBinary(EventEnvelopeSchema, value);
      return { sequence: Number(aggregateVersion), type, correlationId, headers, value };
    });
  }

  /** How many of these sagas ended so: `{ completed: 10, compensated: 5 }`. */
  async ended(sagaIds: readonly string[]): Promise<Record<string, number>> {
    const { rows } = await this.db.query<{ state: string; sagas: number }>(
      "ended",
      "select state, count(*)::int as sagas from sagas where saga_id = any ($1) and deadline_at is null group by state",
      [sagaIds],
    );
    return Object.fromEntries(rows.map(({ state, sagas }) => [state, sagas]));
  }
}

export interface SentCommand {
  readonly sequence: number;
  readonly type: string;
  readonly correlationId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

/** What a whole saga does. */
export const SIGN_UP = ["do identity", "do profile", "do welcome-note", "do enable"];
export const DELETE_USER = [
  "do account",
  "do customer",
  "do courier",
  "do sign-in",
  "do notes",
  "do chats",
  "do orders",
  "do deliveries",
  "do profile",
  "do identity",
];

function nameOf(table: Readonly<Record<string, unknown>>, value: unknown): string | undefined {
  return Object.keys(table).find((name) => table[name] === value);
}
