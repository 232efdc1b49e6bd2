// Runs the whole service and asks it as operators do.
import { asOperator } from "@animal-delivery/platform/testing/as-operator";
import { testBus } from "@animal-delivery/platform/testing/bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { expect, it } from "vitest";
import { createAccounts } from "../src/service.ts";
import { NO_NEIGHBOURS, startAccounts } from "./setup.ts";

it("accounts answers operators", async () => {
  await using service = await startAccounts();
  await using bus = await testBus();
  const telemetry = testTelemetry("accounts");
  const { db, directory, deniedSessions } = service;
  const mail = { ...service.parts.mail, send: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const accounts = createAccounts(
    { publicOrigin: "https://animals.example" },
    { telemetry, db, bus, directory, deniedSessions, mail, neighbours: NO_NEIGHBOURS },
  );

  const answers = await asOperator(accounts, telemetry, async (operations, who) => [
    await operations.getOutbox({}, who),
    await operations.listParked({}, who),
  ]);

  expect(answers).toMatchObject([{ parkedEvents: 0n, consumers: [] }, { events: [] }]);
});
