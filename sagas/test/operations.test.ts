// Runs the whole service and asks it as operators do.
import { asOperator } from "@animal-delivery/platform/testing/as-operator";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { expect, it } from "vitest";
import { createSagas } from "../src/service.ts";
import { PACE, Sagas } from "./setup.ts";

it("sagas answers operators", async () => {
  await using at = await Sagas.open();
  const telemetry = testTelemetry("sagas");
  const sagas = createSagas({ pace: PACE }, { telemetry, db: at.db, bus: at.bus });

  const answers = await asOperator(sagas, telemetry, async (operations, who) => [
    await operations.getOutbox({}, who),
    await operations.listParked({}, who),
  ]);

  expect(answers).toMatchObject([{ parkedEvents: 0n, consumers: [{ consumer: "sagas", events: 0n }] }, { events: [] }]);
});
