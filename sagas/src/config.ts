import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { databaseEnv, durationMs, opsPort, rpcPort, wholeNumber } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";

/** The longest that a step may be given: longer, and who was away would not be asked again soon. */
const STEP_TIMEOUT_MS_MAX = 60_000;

/** Everything sagas reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    RPC_PORT: rpcPort(9015),
    OPS_PORT: opsPort(9026),
    STEP_TIMEOUT_MS: wholeNumber()
      .positive()
      .max(STEP_TIMEOUT_MS_MAX)
      .optional()
      .describe("How long every step may take to answer before it is asked again; each its own time without it."),
    STEP_RETRY_FIRST_MS: durationMs(500).describe(
      "The pause before a step that failed is asked again; doubled each time.",
    ),
    STEP_RETRY_MAX_MS: durationMs(5_000).describe("The longest such pause."),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    database: databaseOptions(env),
    /** How fast sagas are. */
    pace: {
      stepTimeoutMs: env.STEP_TIMEOUT_MS,
      retry: { firstMs: env.STEP_RETRY_FIRST_MS, maxMs: env.STEP_RETRY_MAX_MS },
    },
  }));

export type Config = z.output<typeof Config>;
