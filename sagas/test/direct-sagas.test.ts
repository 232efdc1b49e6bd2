// What operators do and see, through the RPC surface; sagas are written by the use cases, without bus and participants.
import { randomUUID, randomUUIDv7 } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { SagaState } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Conductor } from "../src/app/conductor.ts";
import { ringDueSagas } from "../src/app/ring-due-sagas.ts";
import { purgeSagasOnce, SAGAS_KEPT_MS } from "../src/purge-sagas.ts";
import { conductorOn, givenSaga } from "./given-saga.ts";
import { Sagas } from "./setup.ts";

let at: Sagas;
let conductor: Conductor;
beforeAll(async () => {
  at = await Sagas.open();
  conductor = conductorOn(at.db);
});
afterAll(() => at[Symbol.asyncDispose]());

describe("GetSaga", () => {
  it("answers a saga with its steps", async () => {
    const sagaId = await given("delete-user", "ada");

    const { saga } = await at.client.getSaga({ sagaId: sagaId.toUpperCase() });

    expect(saga).toMatchObject({
      sagaId,
      kind: "delete-user",
      subjectId: "ada",
      state: SagaState.RUNNING,
      step: "account",
      attempts: 1,
      correlationId: "corr",
      reason: "",
    });
    expect(saga?.deadlineAt).toBeDefined();
    const steps = saga?.steps.map(({ step, participant }) => `${step} ${participant}`);
    expect(steps).toEqual([
      "account accounts",
      "customer orders",
      "courier delivery",
      "sign-in accounts",
      "notes notes",
      "chats messenger",
      "orders orders",
      "deliveries delivery",
      "profile accounts",
      "identity accounts",
    ]);
  });

  it("does not know a saga that is not there", async () => {
    const sagaId = randomUUID();

    const refusal = await refusalOf(at.client.getSaga({ sagaId }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "SAGA_NOT_FOUND", metadata: { saga_id: sagaId } });
  });
});

describe("ListSagas", () => {
  it("lists sagas page by page, the newest first, without their steps, each once", async () => {
    const kind = "sign-up";
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push(await given(kind, "bob"));
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await at.client.listSagas({ kind, pageSize: 2, pageToken });
      expect(page.sagas.every(({ steps }) => steps.length === 0)).toBe(true);
      seen.push(...page.sagas.map(({ sagaId }) => sagaId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");

    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(expect.arrayContaining(made.toSorted()));
    const { sagas } = await at.client.listSagas({ kind });
    const times = sagas.map(({ startedAt }) => Number(startedAt?.seconds) * 1e9 + Number(startedAt?.nanos));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it("lists those of one kind, in one state, begun before a time", async () => {
    const abandoned = await given("delete-user", "eve");
    await at.client.abandonSaga({ sagaId: abandoned, reason: "done by hand" });
    const running = await given("delete-user", "eve");
    const ids = async (filters: object) =>
      (await at.client.listSagas({ pageSize: 200, ...filters })).sagas.map(({ sagaId }) => sagaId);

    const ended = await ids({ kind: "delete-user", state: SagaState.ABANDONED });
    expect(ended).toContain(abandoned);
    expect(ended).not.toContain(running);
    expect(await ids({ kind: "sign-up" })).not.toContain(running);
    expect(await ids({ startedBefore: timestampFromDate(new Date(0)) })).toEqual([]);
    expect(await ids({ startedBefore: { seconds: 253_402_300_799n, nanos: 0 } })).toContain(running);
  });

  it("refuses a token of another list", async () => {
    await Promise.all([given("sign-up", "a"), given("sign-up", "b")]);
    const { nextPageToken } = await at.client.listSagas({ kind: "sign-up", pageSize: 1 });

    const refusal = await refusalOf(at.client.listSagas({ pageToken: nextPageToken }));

    expect(refusal.reason).toBe("PAGE_TOKEN_INVALID");
  });
});

describe("RetrySaga", () => {
  it("sends the command again, in the correlation and with a number of its own", async () => {
    const sagaId = await given("sign-up", "ada");

    const { saga } = await at.client.retrySaga({ sagaId });

    expect(saga).toMatchObject({ state: SagaState.RUNNING, step: "identity", attempts: 1 });
    expect(saga?.steps[0]).toMatchObject({ attempts: 2 });
    const commands = await at.commandsOf(sagaId);
    expect(commands.map(({ type, sequence }) => `${type} ${sequence}`)).toEqual([
      "users.v1.ConfirmIdentity 1",
      "users.v1.ConfirmIdentity 2",
    ]);
    expect(commands[1]?.correlationId).toBe("corr");
  });

  it("by many at once sends one command each, and no number twice", async () => {
    const sagaId = await given("sign-up", "ada");

    await Promise.all(Array.from({ length: 10 }, () => at.client.retrySaga({ sagaId })));

    const sequences = (await at.commandsOf(sagaId)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
    expect(await auditOf(at.db, sagaId)).toHaveLength(10);
  });

  it("refuses a saga that has ended, and does not know one that is not there", async () => {
    const sagaId = await given("sign-up", "ada");
    await at.client.abandonSaga({ sagaId, reason: "done by hand" });

    const ended = await refusalOf(at.client.retrySaga({ sagaId }));
    const absent = await refusalOf(at.client.retrySaga({ sagaId: randomUUID() }));

    expect(ended).toMatchObject({ kind: "refused", reason: "SAGA_ENDED", metadata: { state: "abandoned" } });
    expect(absent.reason).toBe("SAGA_NOT_FOUND");
    expect((await auditOf(at.db, sagaId)).map(({ action }) => action)).toEqual(["abandon"]);
  });
});

describe("AbandonSaga", () => {
  it("ends a saga as it stands and keeps the operator's words", async () => {
    const sagaId = await given("delete-user", "ada");

    const { saga } = await at.client.abandonSaga({ sagaId, reason: "the note was erased by hand" });

    expect(saga).toMatchObject({ state: SagaState.ABANDONED, step: "", reason: "the note was erased by hand" });
    expect(saga?.deadlineAt).toBeUndefined();
    expect((await at.stepsOf(sagaId))[0]).toBe("account DOING");
  });

  it("has one winner among many", async () => {
    const sagaId = await given("sign-up", "ada");

    const calls = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => at.client.abandonSaga({ sagaId, reason: `by ${index}` })),
    );

    const won = calls.filter(({ status }) => status === "fulfilled");
    expect(won).toHaveLength(1);
    const reason = (await at.read(sagaId))?.reason;
    expect(won[0]).toMatchObject({ value: { saga: { reason } } });
    expect(await auditOf(at.db, sagaId)).toMatchObject([{ reason }]);
  });

  it("refuses a saga that is not there", async () => {
    const refusal = await refusalOf(at.client.abandonSaga({ sagaId: randomUUID(), reason: "why" }));

    expect(refusal.reason).toBe("SAGA_NOT_FOUND");
  });
});

it("the same saga begins once when it is wished for many times at once", async () => {
  const sagaId = randomUUIDv7();

  await Promise.all(Array.from({ length: 10 }, () => given("sign-up", "ada", sagaId)));

  expect(await at.commandsOf(sagaId)).toHaveLength(1);
});

it("the purge deletes sagas that ended long ago, and none that is under way", async () => {
  const [old, young, running] = [await given("sign-up", "a"), await given("sign-up", "b"), await given("sign-up", "c")];
  for (const sagaId of [old, young]) await at.client.abandonSaga({ sagaId, reason: "why" });
  await at.db.query(
    "age",
    "update sagas set updated_at = updated_at - $1::bigint * interval '1 ms' where saga_id = any ($2)",
    [SAGAS_KEPT_MS + 60_000, [old, running]],
  );

  expect(await purgeSagasOnce(at.db, new Date(), new AbortController().signal)).toBe(1);

  expect(await at.read(old)).toBeUndefined();
  expect(await at.stateOf(young)).toBe("ABANDONED");
  expect(await at.stateOf(running)).toBe("RUNNING");
});

it("a saga that cannot be moved any more is put off, and keeps no other one waiting", async () => {
  const log = testTelemetry();
  const [broken, well] = [await given("sign-up", "a"), await given("sign-up", "b")];
  await at.db.query("break", "update sagas set kind = 'retired', deadline_at = 'epoch' where saga_id = $1", [broken]);
  await at.db.query("age", "update sagas set deadline_at = now() where saga_id = $1", [well]);

  const next = await ringDueSagas(at.db, conductor, log.log, new AbortController().signal);

  expect((await at.commandsOf(well)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(await at.commandsOf(broken)).toHaveLength(1);
  expect(next?.getTime()).toBeGreaterThan(Date.now());
  expect(log.lines).toMatchObject([{ level: "error", saga_id: broken }]);
});

/** A saga at its first step. */
function given(kind: "sign-up" | "delete-user", subjectId: string, sagaId = randomUUIDv7()): Promise<string> {
  return givenSaga(at.db, kind, subjectId, { sagaId, conductor });
}
