// Runs the whole service beside a real log bus; an orchestrator in this file asks for the steps of both sagas in order.
import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary, type DescMessage } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  StartSagaSchema,
  StepOutcome,
  StepReplySchema,
  type StartSaga,
  type StepReply,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import {
  CloseAccountSchema,
  ConfirmIdentitySchema,
  CreateProfileSchema,
  DisableIdentitySchema,
  EnableIdentitySchema,
  EraseIdentitySchema,
  EraseProfileSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAccounts } from "../src/service.ts";
import { NO_NEIGHBOURS, person, self, startAccounts, type Accounts } from "./setup.ts";

const SOON = { timeout: 20_000 };

/** The steps that accounts takes, by the kind of the saga. */
const STEPS: Record<string, readonly [step: string, schema: DescMessage][]> = {
  "sign-up": [
    ["identity", ConfirmIdentitySchema],
    ["profile", CreateProfileSchema],
    ["enable", EnableIdentitySchema],
  ],
  "delete-user": [
    ["account", CloseAccountSchema],
    ["sign-in", DisableIdentitySchema],
    ["profile", EraseProfileSchema],
    ["identity", EraseIdentitySchema],
  ],
};

const open = new AsyncDisposableStack();
const sagas = new Map<string, StartSaga>();
/** Event types of `accounts.events` as they arrived, by user. */
const arrived = new Map<string, string[]>();
let service: Accounts;
let bus: Bus;
/** The database whose outbox operators see. */
let operated: Database | undefined;

beforeAll(async () => {
  service = open.use(await startAccounts());
  const busDatabase = open.use(await testDatabase({ migrations: [] }));
  await migrateLogBus(busDatabase.url);
  const telemetry = testTelemetry("accounts");
  bus = open.use(openLogBus({ url: busDatabase.url }, telemetry));
  await bus.ensureTopics(TOPICS);

  const stop = new AbortController();
  const { db, directory, deniedSessions } = service;
  const mail = { ...service.parts.mail, send: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const resources = { telemetry, db, bus, directory, deniedSessions, mail, neighbours: NO_NEIGHBOURS };
  const { tasks, operable } = createAccounts({ publicOrigin: "https://animals.example" }, resources);
  operated = operable?.events?.db;
  const ended = Promise.all([...tasks.map((task) => task.run(stop.signal)), orchestrate(stop.signal)]);
  open.defer(async () => {
    stop.abort();
    await ended;
  });
});
afterAll(() => open.disposeAsync());

describe("createAccounts", () => {
  it("lets operators at what its outbox holds", () => {
    expect(operated).toBe(service.db);
  });

  it("makes users, many at once, and tells of each", async () => {
    const wishes = Array.from({ length: 10 }, () => person({ waitMs: 5_000 }));

    const answers = await Promise.all(wishes.map((wish) => service.auth().signUp(wish)));

    for (const { user } of answers) {
      await expect
        .poll(async () => (await service.users().getUser({ userId: user!.userId })).user?.state, SOON)
        .toBe(UserState.ACTIVE);
      await expect.poll(() => arrived.get(user!.userId), SOON).toEqual(["UserCreated 1"]);
    }
  });

  it("erases a user, who can sign up anew", async () => {
    const wish = person({ waitMs: 5_000 });
    const { user } = await service.auth().signUp(wish);
    const { userId } = user!;
    await expect.poll(() => arrived.get(userId), SOON).toEqual(["UserCreated 1"]);

    expect((await service.users(self(userId)).deleteUser({ userId })).user).toMatchObject({ userId });

    await expect.poll(() => arrived.get(userId), SOON).toEqual(["UserCreated 1", "UserDeleted 2"]);
    await expect.poll(() => service.directory.findIdentity(userId), SOON).toBeUndefined();
    expect(await refusalOf(service.users().getUser({ userId }))).toMatchObject({ reason: "USER_NOT_FOUND" });
    expect((await service.auth().signUp(wish)).user?.userId).not.toBe(userId);
  });
});

/** Sends the first command of each saga that begins, and the next one of each whose step is done. */
function orchestrate(stop: AbortSignal): Promise<void> {
  return bus.consume(
    {
      group: "test",
      topics: ["saga.commands", "saga.replies", "accounts.events"],
      batchRecordsMax: 100,
      async handle(batch) {
        for (const { value, headers, offset } of batch.records) {
          const envelope = fromBinary(EventEnvelopeSchema, value);
          if (batch.topic === "accounts.events") {
            const name = `${envelope.type.replace(/^users\.v1\./, "")} ${envelope.aggregateVersion}`;
            arrived.set(envelope.aggregateId, [...(arrived.get(envelope.aggregateId) ?? []), name]);
          } else if (batch.topic === "saga.replies") await goOn(fromBinary(StepReplySchema, envelope.payload));
          else if (headers.participant === "sagas") await begin(fromBinary(StartSagaSchema, envelope.payload));
          await batch.commit(offset);
        }
      },
    },
    stop,
  );
}

async function begin(saga: StartSaga): Promise<void> {
  sagas.set(saga.sagaId, saga);
  await ask(saga, 0);
}

async function goOn({ sagaId, step, outcome }: StepReply): Promise<void> {
  const saga = sagas.get(sagaId);
  if (!saga || outcome !== StepOutcome.DONE) throw new Error(`step ${step} came to ${outcome}`);
  const index = STEPS[saga.kind]!.findIndex(([name]) => name === step);
  await ask(saga, index + 1);
}

async function ask({ sagaId, kind, subjectId }: StartSaga, index: number): Promise<void> {
  const [step, schema] = STEPS[kind]![index] ?? [];
  if (step === undefined || !schema) return;
  const envelope = create(EventEnvelopeSchema, {
    eventId: randomUUID(),
    aggregateId: sagaId,
    type: schema.typeName,
    occurredAt: BigInt(Date.now()),
    payload: toBinary(schema, create(schema, { userId: subjectId })),
    correlationId: "test",
    aggregateVersion: BigInt(index + 1),
  });
  const headers = { participant: "accounts", step, action: "do", deadline: String(Date.now() + 30_000) };
  await bus.publish("saga.commands", [{ key: sagaId, value: toBinary(EventEnvelopeSchema, envelope), headers }]);
}
