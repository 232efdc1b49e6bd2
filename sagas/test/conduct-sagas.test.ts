// Whole sagas among well and unwell participants.
import { DomainError } from "@animal-delivery/platform/errors";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DELETE_USER, Sagas, SIGN_UP } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());
afterEach(() => at.endAll());

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

const DAY_MS = 86_400_000;

describe("a saga among well participants", () => {
  it.each([
    ["sign-up", SIGN_UP],
    ["delete-user", DELETE_USER],
  ] as const)("of the kind %s takes every step once, in order, and is completed", async (kind, effects) => {
    const { telemetry } = at.startOrchestrator();
    at.startParticipants();

    const { sagaId, subjectId } = await at.begin(kind);

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(effects);
    const saga = await at.read(sagaId);
    expect(saga).toMatchObject({ kind, subjectId, step: "", reason: "", attempts: 0 });
    expect(saga?.deadlineAt).toBeUndefined();
    expect(saga?.steps.every(({ startedAt, endedAt }) => startedAt && endedAt)).toBe(true);
    const metrics = await telemetry.meters.registry.metrics();
    expect(metrics).toMatch(new RegExp(`saga_active{kind="${kind}",service="sagas"} 0`));
    expect(metrics).toContain(`saga_duration_seconds_count{service="sagas",kind="${kind}",state="completed"} 1`);
  });

  it("begins once, however often it is wished for", async () => {
    at.startOrchestrator();
    const people = at.startParticipants();
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    await people.end();

    // The same wish as a new event: what a service would send that forgot that it had wished.
    await at.peopleDb.query(
      "again",
      `insert into outbox (event_id, topic, key, value, headers)
       select gen_random_uuid(), topic, key, value, headers from outbox where key = $1 and topic = 'saga.commands'`,
      [sagaId],
    );
    at.startParticipants();
    const other = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(other.sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
  });

  it("tells participants whom, which step and until when, and keeps its correlation and trace", async () => {
    at.startOrchestrator();
    at.startParticipants();

    const { sagaId } = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    const commands = await at.commandsOf(sagaId);
    const saga = await at.read(sagaId);
    expect(commands.map(({ type, sequence }) => `${type} ${sequence}`)).toEqual([
      "users.v1.ConfirmIdentity 1",
      "users.v1.CreateProfile 2",
      "notes.v1.WriteWelcomeNote 3",
      "users.v1.EnableIdentity 4",
    ]);
    expect(commands[2]?.headers).toMatchObject({ participant: "notes", step: "welcome-note", action: "do" });
    expect(Number(commands[2]?.headers["deadline"])).toBeGreaterThan(Date.now() - DAY_MS);
    expect(new Set(commands.map(({ correlationId }) => correlationId))).toEqual(new Set([saga?.correlationId]));
    expect(new Set(commands.map(({ headers }) => headers["traceparent"]?.split("-")[1])).size).toBe(1);
  });
});

describe("a saga whose participant refuses", () => {
  it("undoes what was begun in reverse and tells the reason", async () => {
    const { telemetry } = at.startOrchestrator();
    at.startParticipants();
    at.interfere = async (effect) => {
      if (effect === "do courier") throw new DomainError("refused", "PERSON_BUSY", "a delivery is under way");
    };

    const { sagaId, subjectId } = await at.begin("delete-user");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPENSATED");
    expect(await at.effectsOf(subjectId)).toEqual([
      "do account",
      "do customer",
      "undo courier",
      "undo customer",
      "undo account",
    ]);
    expect(await at.read(sagaId)).toMatchObject({ reason: "PERSON_BUSY", step: "" });
    expect((await at.stepsOf(sagaId)).slice(0, 5)).toEqual([
      "account UNDONE",
      "customer UNDONE",
      "courier UNDONE",
      "sign-in WAITING",
      "notes WAITING",
    ]);
    expect(at.reasons).toContain("ReopenAccount PERSON_BUSY");
    expect(await telemetry.meters.registry.metrics()).toContain(
      `saga_compensations_total{kind="delete-user",step="courier",service="sagas"} 1`,
    );
  });

  it("after the point of no return asks again until it is done, and says so in the log", async () => {
    const { telemetry } = at.startOrchestrator();
    at.startParticipants();
    let refusals = 0;
    at.interfere = async (effect) => {
      if (effect === "do orders" && refusals++ < 3) throw new DomainError("refused", "WHY", "no");
    };

    const { sagaId, subjectId } = await at.begin("delete-user");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(DELETE_USER);
    const lines = telemetry.lines.filter(({ message }) => message.startsWith("a participant refuses"));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ level: "error", saga_id: sagaId, step: "orders", reason: "WHY" });
  });
});

describe("a saga whose participant fails", () => {
  it.each([
    ["for a while", () => new TypeError("oops")],
    ["while something is away", () => new DomainError("unavailable", "UNAVAILABLE", "away")],
  ])("%s asks again, and goes on", async (_, error) => {
    const { telemetry } = at.startOrchestrator();
    at.startParticipants();
    let failures = 0;
    at.interfere = async (effect) => {
      if (effect === "do profile" && failures++ < 4) throw error();
    };

    const { sagaId, subjectId } = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
    expect((await at.commandsOf(sagaId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await telemetry.meters.registry.metrics()).toContain(
      `saga_resends_total{kind="sign-up",step="profile",service="sagas"} 4`,
    );
  });

  it("as often as it is asked gives up and undoes, also while an undo fails for a while", async () => {
    at.startOrchestrator();
    at.startParticipants();
    let failures = 0;
    at.interfere = async (effect) => {
      if (effect === "do enable") throw new Error("oops");
      if (effect === "undo profile" && failures++ < 15) throw new Error("oops");
    };

    const { sagaId, subjectId } = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPENSATED");
    expect(await at.effectsOf(subjectId)).toEqual([
      "do identity",
      "do profile",
      "do welcome-note",
      "undo enable",
      "undo welcome-note",
      "undo profile",
      "undo identity",
    ]);
    expect(await at.read(sagaId)).toMatchObject({ reason: "STEP_FAILED" });
    expect(at.reasons).toContain("WithdrawIdentity STEP_FAILED");
    expect(failures).toBe(16);
  });
});

describe("many sagas at once", () => {
  it("each end by themselves, some completed, some compensated", async () => {
    at.startOrchestrator();
    at.startParticipants();
    const refused = new Set<number>();
    let asked = 0;
    at.interfere = async (effect) => {
      if (effect !== "do welcome-note") return;
      asked += 1;
      if (asked % 3 !== 0) return;
      refused.add(asked);
      throw new DomainError("refused", "WHY", "no");
    };

    const sagas = await Promise.all(Array.from({ length: 15 }, () => at.begin("sign-up")));

    const ids = sagas.map(({ sagaId }) => sagaId);
    await expect.poll(() => at.ended(ids), SOON).toEqual({ completed: 10, compensated: 5 });
    expect(refused.size).toBe(5);
  });
});
