import { fromBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StartSagaSchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import { ConfirmIdentitySchema } from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { participate } from "@animal-delivery/platform/saga/participate";
import { startSaga } from "@animal-delivery/platform/saga/start-saga";
import { command, step } from "@animal-delivery/platform/saga/step";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEffects, ParticipantFixture } from "./participant-fixture.ts";

let db: TestDatabase;
let bus: TestBus;
let at: ParticipantFixture;

beforeAll(async () => {
  [db, bus] = await Promise.all([testDatabase({ migrations: [] }), testBus()]);
  await createEffects(db);
});
afterAll(() => Promise.all([bus[Symbol.asyncDispose](), db[Symbol.asyncDispose]()]));

beforeEach(() => {
  at = new ParticipantFixture(db, bus);
});
afterEach(() => at[Symbol.asyncDispose]());

describe("a participant", () => {
  it("does a step and undoes it, and answers both", async () => {
    at.start();

    await at.send(at.command("do", 1), at.command("undo", 2));

    await expect.poll(() => at.replies()).toEqual(["1 do done", "2 undo done"]);
    expect(await at.effects()).toEqual(["do ada", "undo ada"]);
  });

  it("does a step once and answers again when it is asked again", async () => {
    at.start();

    await at.send(at.command("do", 1), at.command("do", 2));
    await at.send(at.command("undo", 3), at.command("undo", 4));

    await expect.poll(() => at.replies()).toEqual(["1 do done", "2 do done", "3 undo done", "4 undo done"]);
    expect(await at.effects()).toEqual(["do ada", "undo ada"]);
  });

  it("answers one record once, however often the bus brings it", async () => {
    const once = at.command("do", 1);
    at.start();

    await at.send(once, once);
    await at.send(once);

    await expect.poll(() => at.lag()).toBe(0n);
    expect(await at.replies()).toEqual(["1 do done"]);
    expect(await at.effects()).toEqual(["do ada"]);
  });

  it("refuses a step that was undone, also when it was never done", async () => {
    at.start();

    await at.send(at.command("undo", 1), at.command("do", 2), at.command("undo", 3));

    await expect.poll(() => at.replies()).toEqual(["1 undo done", "2 do refused STEP_LATE", "3 undo done"]);
    expect(await at.effects()).toEqual(["undo ada"]);
  });

  it("passes over a command that a later one overtook", async () => {
    at.start();

    await at.send(at.command("undo", 5), at.command("do", 3));

    await expect.poll(() => at.lag()).toBe(0n);
    expect(await at.replies()).toEqual(["5 undo done"]);
    expect(await at.effects()).toEqual(["undo ada"]);
  });

  it("neither does nor answers a do whose time is over, and does the one that follows", async () => {
    at.start();
    const past = { deadline: String(Date.now() - 1) };
    const future = { deadline: String(Date.now() + 60_000) };

    await at.send(at.command("do", 1, past), at.command("do", 2, future), at.command("do", 3, past));

    await expect.poll(() => at.replies()).toEqual(["2 do done", "3 do done"]);
    expect(await at.effects()).toEqual(["do ada"]);
  });

  it("passes over what is meant for others, undecoded", async () => {
    at.start();

    await at.send(
      at.command("do", 1, { participant: "somebody else" }),
      { key: at.sagaId, value: Buffer.from("no envelope"), headers: { participant: "somebody else" } },
      { key: at.sagaId, value: Buffer.from("no envelope"), headers: {} },
      at.command("do", 2),
    );

    await expect.poll(() => at.replies()).toEqual(["2 do done"]);
    expect(await at.deadLetters()).toBe(0);
  });

  it("passes over a command that it does not know", async () => {
    at.start();
    const { participant } = at;
    const unknown = { type: "users.v1.NewerThanThis", sequence: 1, payload: Buffer.alloc(0), headers: { participant } };

    await at.send(at.record(unknown), at.command("do", 2));

    await expect.poll(() => at.replies()).toEqual(["2 do done"]);
  });

  it("sends what is no command to the dead letters and goes on", async () => {
    at.start();
    const headers = { participant: at.participant };

    await at.send({ key: at.sagaId, value: Buffer.from("no envelope"), headers }, at.command("do", 1));

    await expect.poll(() => at.replies()).toEqual(["1 do done"]);
    expect(await at.deadLetters()).toBe(1);
  });
});

describe("a command that fails", () => {
  it.each([
    ["a refusal", new DomainError("refused", "CUSTOMER_BUSY", "an order is under way"), "refused CUSTOMER_BUSY"],
    ["an outage elsewhere", new DomainError("unavailable", "UNAVAILABLE", "away"), "unavailable UNAVAILABLE"],
    ["a fault", new TypeError("oops"), "failed INTERNAL"],
  ])("leaves nothing behind and answers %s", async (_, error, answer) => {
    at.start();
    at.interfere = () => Promise.reject(error);

    await at.send(at.command("do", 1));

    await expect.poll(() => at.replies()).toEqual([`1 do ${answer}`]);
    expect(await at.effects()).toEqual([]);
  });

  it("is done when it is sent again and the cause is mended", async () => {
    at.start();
    at.interfere = () => Promise.reject(new Error("oops"));
    await at.send(at.command("do", 1), at.command("do", 2));
    await expect.poll(() => at.replies()).toHaveLength(2);

    at.interfere = async () => undefined;
    await at.send(at.command("do", 3));

    await expect.poll(() => at.replies()).toEqual(["1 do failed INTERNAL", "2 do failed INTERNAL", "3 do done"]);
    expect(await at.effects()).toEqual(["do ada"]);
    expect(await at.parked()).toBe(0);
  });

  it("never holds up what follows it, and is never parked, also when it cannot be decoded", async () => {
    at.start();
    const { participant } = at;
    const type = "users.v1.CreateProfile";
    const broken = (sequence: number) =>
      at.record({ type, sequence, payload: Buffer.from([255]), headers: { participant } });

    await at.send(broken(1), broken(2), at.command("do", 3));

    await expect.poll(() => at.replies()).toEqual(["1 do failed INTERNAL", "2 do failed INTERNAL", "3 do done"]);
    expect(await at.parked()).toBe(0);
    expect(await at.deadLetters()).toBe(0);
  });

  it("of an undo is answered, and the undo that follows runs", async () => {
    at.start();
    await at.send(at.command("do", 1));
    await expect.poll(() => at.replies()).toHaveLength(1);
    at.interfere = () => Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "away"));
    await at.send(at.command("undo", 2));
    await expect.poll(() => at.replies()).toHaveLength(2);

    at.interfere = async () => undefined;
    await at.send(at.command("undo", 3), at.command("do", 4));

    await expect
      .poll(() => at.replies())
      .toEqual(["1 do done", "2 undo unavailable UNAVAILABLE", "3 undo done", "4 do refused STEP_LATE"]);
    expect(await at.effects()).toEqual(["do ada", "undo ada"]);
  });
});

describe("startSaga", () => {
  it("leaves the wish for the orchestrator in the outbox, in the transaction at hand", async () => {
    const sagaId = await db.transaction((tx) => startSaga(tx, { kind: "sign-up", subjectId: "ada" }));
    const refused = db.transaction(async (tx) => {
      await startSaga(tx, { kind: "sign-up", subjectId: "bob" });
      throw new Error("rolled back");
    });
    await expect(refused).rejects.toThrow("rolled back");

    const { rows } = await db.query<{ value: Buffer; key: string; headers: object }>(
      "started",
      "select key, value, headers from outbox where topic = 'saga.commands'",
    );
    expect(rows).toMatchObject([{ key: sagaId, headers: { participant: "sagas" } }]);
    const { type, aggregateVersion, payload } = fromBinary(EventEnvelopeSchema, rows[0]!.value);
    expect({ type, aggregateVersion }).toEqual({ type: "sagas.v1.StartSaga", aggregateVersion: 1n });
    expect(fromBinary(StartSagaSchema, payload)).toMatchObject({ sagaId, kind: "sign-up", subjectId: "ada" });
  });
});

describe("participate", () => {
  const resources = () => ({ participant: "p", db, bus, telemetry: at.telemetry });
  const one = step("profile", { take: command(ConfirmIdentitySchema, async () => undefined) });

  it("wants every command to have a type of its own", () => {
    expect(() => participate({ ...resources(), steps: [one, { ...one, name: "identity" }] })).toThrow(
      "two steps are asked for by users.v1.ConfirmIdentity",
    );
  });
});
