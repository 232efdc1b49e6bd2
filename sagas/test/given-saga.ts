import { randomUUIDv7 } from "node:crypto";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { TestDatabase } from "@animal-delivery/platform/testing/database";
import { createAlarm } from "../src/alarm.ts";
import { beginSaga } from "../src/app/begin-saga.ts";
import type { Conductor } from "../src/app/conductor.ts";
import { DEFINITIONS } from "../src/definitions/all.ts";
import { sagasOf } from "../src/definitions/define.ts";
import { observeSagas } from "../src/observe-sagas.ts";

/** What use cases need, without bus and participants. */
export function conductorOn(db: TestDatabase): Conductor {
  const sagas = sagasOf(DEFINITIONS, { stepTimeoutMs: undefined, retry: { firstMs: 500, maxMs: 5_000 } });
  return { sagas, observer: observeSagas(testTelemetry(), db, []), alarm: createAlarm() };
}

/** A saga at its first step; its id. */
export async function givenSaga(
  db: TestDatabase,
  kind: "sign-up" | "delete-user",
  subjectId: string,
  { sagaId = randomUUIDv7(), conductor = conductorOn(db) }: { sagaId?: string; conductor?: Conductor } = {},
): Promise<string> {
  const wish = { sagaId, kind, subjectId, correlationId: "corr", traceHeaders: {} };
  await db.transaction((tx) => beginSaga(tx, conductor, wish));
  return sagaId;
}
