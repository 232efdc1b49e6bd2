// Servers on one PostgreSQL are killed under load, one after the other: nothing that was acknowledged is lost, nothing stands twice.
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { expect, it } from "vitest";
import { MIGRATIONS } from "../src/migrations.ts";
import { expectNothingLost } from "./expect-nothing-lost.ts";
import { killUnderLoad } from "./kill-under-load.ts";

const KILLS = 3;

it("loses nothing acknowledged when servers are killed", { timeout: 240_000 }, async () => {
  await using db = await testDatabase({ migrations: [MIGRATIONS] });

  const outcome = await killUnderLoad(["--postgres", `--dsn=${db.url}`], KILLS);

  expect(outcome.acknowledged.length).toBeGreaterThan(KILLS * 200);
  expectNothingLost(outcome);
});
