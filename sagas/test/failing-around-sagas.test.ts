// What is between orchestrator and participants fails: replies are lost or come twice, somebody is away or comes late.
import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StepAction, StepOutcome, StepReplySchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { publishing, replyIn, withOtherId } from "./failing-bus.ts";
import { DELETE_USER, Sagas, SIGN_UP } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());
afterEach(() => at.endAll());

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 30_000 };

describe("a reply", () => {
  it("that is lost is asked for again, and its step is taken once", async () => {
    at.startOrchestrator({ stepTimeoutMs: 700 });
    const lost: BusRecord[] = [];
    const bus = publishing(at.bus, async (topic, records) => {
      const kept = records.filter((record) => {
        const isLost = topic === "saga.replies" && lost.length < 3 && replyIn(record).step === "profile";
        if (isLost) lost.push(record);
        return !isLost;
      });
      if (kept.length > 0) await at.bus.publish(topic, kept);
      return new Set(records.keys());
    });
    at.startParticipants(undefined, bus);

    const { sagaId, subjectId } = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(lost).toHaveLength(3);
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
    const { steps = [] } = (await at.read(sagaId)) ?? {};
    expect(steps.find(({ step }) => step === "profile")?.attempts).toBeGreaterThan(3);
  });

  it("that comes twice moves the saga once", async () => {
    at.startOrchestrator();
    const bus = publishing(at.bus, async (topic, records) => {
      // Once by the same id, once by another: a bus that repeats, and a participant that does.
      const copies = topic === "saga.replies" ? [...records, ...records.map((record) => withOtherId(record))] : [];
      await at.bus.publish(topic, [...records, ...copies]);
      return new Set(records.keys());
    });
    at.startParticipants(undefined, bus);

    const { sagaId, subjectId } = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
    expect((await at.commandsOf(sagaId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it("to an earlier command, to another step, or of a saga that is not there, is passed over", async () => {
    const { telemetry } = at.startOrchestrator();
    at.startParticipants(["accounts"]);
    const { sagaId } = await at.begin("sign-up");
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note DOING");
    const { sequence } = (await at.commandsOf(sagaId)).at(-1)!;

    await at.bus.publish("saga.replies", [
      replyOf({ sagaId, step: "enable", sequence: sequence + 5 }),
      replyOf({ sagaId, step: "welcome-note", sequence: sequence + 6 }),
      replyOf({ sagaId: randomUUID(), step: "welcome-note", sequence }),
      replyOf({ sagaId, step: "welcome-note", sequence: 1 }),
    ]);

    await expect
      .poll(() => telemetry.lines.filter(({ message }) => message === "reply passed over").length, SOON)
      .toBe(3);
    expect(await at.stepsOf(sagaId)).toContain("welcome-note DOING");
    await at.client.abandonSaga({ sagaId, reason: "the test is over" });
  });

  it("that means nothing is left to the dead letters", async () => {
    at.startOrchestrator();
    const sagaId = randomUUID();

    await at.bus.publish("saga.replies", [replyOf({ sagaId, step: "profile", sequence: 1, outcome: 77 as never })]);

    const dead = "select from outbox where topic = 'dlq' and key = $1";
    await expect.poll(async () => (await at.db.query("dead", dead, [sagaId])).rowCount, SOON).toBe(1);
    expect((await at.db.query("parked", "select from inbox_parked")).rows).toEqual([]);
  });
});

describe("a participant", () => {
  it("that was away for a while is asked again, and the saga goes on", async () => {
    at.startOrchestrator({ stepTimeoutMs: 1_000 });
    at.startParticipants(["accounts"]);
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(async () => (await at.read(sagaId))?.attempts, SOON).toBeGreaterThan(2);

    at.startParticipants(["notes"]);

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
  });

  it("that takes longer than its time, each time, is heard all the same, and takes the step once", async () => {
    at.startOrchestrator({ stepTimeoutMs: 500 });
    at.startParticipants();
    const sent = Promise.withResolvers<void>();
    at.interfere = async (effect) => {
      if (effect === "do welcome-note") await sent.promise;
    };
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(async () => (await at.read(sagaId))?.step, SOON).toBe("welcome-note");
    await expect.poll(async () => (await at.read(sagaId))?.attempts, SOON).toBeGreaterThan(3);
    sent.resolve();

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
  });

  it("that is away for too long makes the saga turn back; what it finds when it is back is not done any more", async () => {
    at.startOrchestrator({ stepTimeoutMs: 100 });
    at.startParticipants(["accounts"]);
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPENSATING");
    // The participants that are well answer late at this pace; here it is about the one that is not.
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note UNDOING");

    at.startParticipants(["notes"]);

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPENSATED");
    const effects = await at.effectsOf(subjectId);
    expect(effects).not.toContain("do welcome-note");
    expect(effects.slice(-3)).toEqual(["undo welcome-note", "undo profile", "undo identity"]);
    expect(await at.read(sagaId)).toMatchObject({ reason: "STEP_TIMED_OUT" });
  });

  it("that gets a do after the undo refuses it: the effect does not come back", async () => {
    at.startOrchestrator({ stepTimeoutMs: 100 });
    const accounts = at.startParticipants(["accounts"]);
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note UNDOING");
    const late = (await at.commandsOf(sagaId)).find(({ type }) => type === "notes.v1.WriteWelcomeNote")!;
    at.startParticipants(["notes"]);
    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPENSATED");
    const before = await at.effectsOf(subjectId);

    // One that the bus held back, and one of a sequence that no participant has seen: without a deadline, to be sure.
    const { deadline: _, ...headers } = late.headers;
    const record = { key: sagaId, value: late.value, headers };
    await at.bus.publish("saga.commands", [withOtherId(record), withOtherId(record, 1_000n)]);

    const lag = async () => (await at.bus.lag("notes.sagas", ["saga.commands"])).some(({ records }) => records > 0n);
    await expect.poll(lag, SOON).toBe(false);
    expect(await at.effectsOf(subjectId)).toEqual(before);
    expect(await at.stateOf(sagaId)).toBe("COMPENSATED");
    await accounts.end();
  });

  it("that is away after the point of no return is asked for as long as it takes", async () => {
    at.startOrchestrator({ stepTimeoutMs: 300 });
    at.startParticipants(["accounts", "notes", "messenger", "delivery"]);
    const orders = at.startParticipants(["orders"]);
    const left = Promise.withResolvers<void>();
    at.interfere = async (effect) => {
      if (effect === "do notes") await left.promise;
    };
    const { sagaId, subjectId } = await at.begin("delete-user");
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("notes DOING");
    await orders.end();
    left.resolve();
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("orders DOING");
    // More often than a step before it would have been asked.
    await expect.poll(async () => (await at.read(sagaId))?.attempts, SOON).toBeGreaterThan(12);

    at.startParticipants(["orders"]);

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(DELETE_USER);
  });
});

interface ForgedReply {
  readonly sagaId: string;
  readonly step: string;
  readonly sequence: number;
  readonly outcome?: StepOutcome;
}

function replyOf({ sagaId, step, sequence, outcome = StepOutcome.REFUSED }: ForgedReply): BusRecord {
  const reply = { sagaId, step, action: StepAction.DO, sequence: BigInt(sequence), outcome, reason: "FORGED" };
  const envelope = create(EventEnvelopeSchema, {
    eventId: randomUUID(),
    aggregateId: sagaId,
    type: StepReplySchema.typeName,
    occurredAt: BigInt(Date.now()),
    payload: toBinary(StepReplySchema, create(StepReplySchema, reply)),
    aggregateVersion: BigInt(sequence),
  });
  return { key: sagaId, value: toBinary(EventEnvelopeSchema, envelope), headers: {} };
}
