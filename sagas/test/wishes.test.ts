// Wishes for sagas that cannot be granted, or not yet.
import { replayParked } from "@animal-delivery/platform/inbox/replay-parked";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSagas } from "../src/service.ts";
import { Sagas, SIGN_UP } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());
afterEach(() => at.endAll());

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 30_000 };

describe("a wish that cannot be granted", () => {
  it("is parked with the cause, and holds up no other", async () => {
    at.startOrchestrator();
    at.startParticipants();
    const unknown = await at.begin("unknown");
    const good = await at.begin("sign-up");

    await expect.poll(() => at.stateOf(good.sagaId), SOON).toBe("COMPLETED");
    const cause = expect.stringContaining("no saga is of the kind unknown") as string;
    await expect.poll(parked, SOON).toEqual([{ consumer: "sagas", aggregate_id: unknown.sagaId, cause }]);
    expect(await at.read(unknown.sagaId)).toBeUndefined();
  });

  it("is granted when an operator replays it after the repair", async () => {
    at.startOrchestrator();
    at.startParticipants();
    await at.db.query("break", "alter table saga_steps rename to saga_steps_away");
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(parked, SOON).toContainEqual(expect.objectContaining({ aggregate_id: sagaId }));
    await at.db.query("mend", "alter table saga_steps_away rename to saga_steps");

    expect(await replay(sagaId)).toEqual({ applied: 1, failures: [], isThrough: true });

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
  });
});

async function parked(): Promise<unknown[]> {
  return (await at.db.query("parked", "select consumer, aggregate_id, cause from inbox_parked")).rows;
}

/** As `OperationsService.ReplayParked` does it. */
async function replay(sagaId: string) {
  const telemetry = testTelemetry("sagas");
  const pace = { stepTimeoutMs: undefined, retry: { firstMs: 10, maxMs: 100 } };
  const { operable } = createSagas({ pace }, { telemetry, db: at.db, bus: at.bus });
  const [sagas] = operable?.events?.consumers ?? [];
  if (!sagas) throw new Error("operators get at no consumer of sagas");
  return replayParked(at.db, { ...sagas, telemetry, aggregates: [sagaId] });
}
