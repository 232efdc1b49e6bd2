// What the audit is told of operators' acts, through the RPC surface.
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenSaga } from "./given-saga.ts";
import { Sagas } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());

describe("RetrySaga", () => {
  it("is in the audit: who did so, and how the saga stood before and after", async () => {
    const sagaId = await givenSaga(at.db, "delete-user", "ada");
    await at.db.query("tried", "update sagas set attempts = 7 where saga_id = $1", [sagaId]);

    await at.client.retrySaga({ sagaId: sagaId.toUpperCase() });

    const stood = { kind: "delete-user", state: "running", step: "account" };
    expect(await auditOf(at.db, sagaId)).toMatchObject([
      {
        actor: "admin-1",
        action: "retry",
        resource: "saga",
        reason: "",
        before: { ...stood, attempts: "7" },
        after: { ...stood, attempts: "1" },
      },
    ]);
  });
});

describe("AbandonSaga", () => {
  it("is in the audit with its reason", async () => {
    const sagaId = await givenSaga(at.db, "sign-up", "ada");

    await at.client.abandonSaga({ sagaId, reason: "the note was erased by hand" });

    expect(await auditOf(at.db, sagaId)).toMatchObject([
      {
        actor: "admin-1",
        action: "abandon",
        resource: "saga",
        reason: "the note was erased by hand",
        before: { kind: "sign-up", state: "running", step: "identity", attempts: "1" },
        after: { kind: "sign-up", state: "abandoned" },
      },
    ]);
  });
});
