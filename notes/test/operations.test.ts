// Runs the whole service and asks it as operators do.
import { asOperator } from "@animal-delivery/platform/testing/as-operator";
import { testBus } from "@animal-delivery/platform/testing/bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { expect, it } from "vitest";
import { createNotes } from "../src/service.ts";
import { BIN_RETENTION_MS, startNotes } from "./setup.ts";

it("notes answers operators", async () => {
  await using service = await startNotes();
  await using bus = await testBus();
  const telemetry = testTelemetry("notes");
  const notes = createNotes({ binRetentionMs: BIN_RETENTION_MS }, { telemetry, db: service.db, bus });

  const answers = await asOperator(notes, telemetry, async (operations, who) => [
    await operations.getOutbox({}, who),
    await operations.listParked({}, who),
  ]);

  expect(answers).toMatchObject([{ parkedEvents: 0n, consumers: [] }, { events: [] }]);
});
