import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { databaseEnv, opsPort, rpcPort, wholeNumber } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";

const DAY_MS = 86_400_000;

/** A hundred years: a time that dates can still hold. */
const BIN_RETENTION_DAYS_MAX = 36_500;

/** Everything notes reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    RPC_PORT: rpcPort(9014),
    OPS_PORT: opsPort(9025),
    BIN_RETENTION_DAYS: wholeNumber()
      .positive()
      .max(BIN_RETENTION_DAYS_MAX)
      .default(30)
      .describe("How long a note stays in the bin before it is erased."),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    database: databaseOptions(env),
    /** How long a note stays in the bin before it is erased. */
    binRetentionMs: env.BIN_RETENTION_DAYS * DAY_MS,
  }));

export type Config = z.output<typeof Config>;
