// node platform/src/jobs/create-topics.ts: makes the topics that the event bus lacks, and says which are not as wanted. Run it
// before the services start. On the log bus it brings the database of the bus up to date first.
import { z } from "zod";
import { migrateLogBus } from "../bus/migrate-log-bus.ts";
import { openBus } from "../bus/open-bus.ts";
import { TOPICS } from "../bus/topics.ts";
import { busEnv, busOptions, oneBus } from "../config/bus-config.ts";
import { logEnv } from "../config/fragments.ts";
import { loadConfig } from "../config/load-config.ts";
import { runMain } from "../service/run-main.ts";
import { openTelemetry } from "../telemetry/open-telemetry.ts";

const Config = z
  .object({ ...busEnv, ...logEnv })
  .check(oneBus())
  .transform((env) => ({ bus: busOptions(env), logLevel: env.LOG_LEVEL }));

await runMain("create topics", async () => {
  const config = loadConfig(Config);
  if (config.bus.kind === "postgres") await migrateLogBus(config.bus.url);

  await using telemetry = openTelemetry("create-topics", config);
  await using bus = await openBus(config.bus, telemetry);
  const differences = await bus.ensureTopics(TOPICS);
  for (const difference of differences) telemetry.log.warn("topic is not as wanted", { difference });
  telemetry.log.info("topics are there", { topics: TOPICS.length, different: differences.length });
});
