import { z } from "zod";
import { databaseEnv, port, serviceEnv } from "@animal-delivery/platform/config/fragments";
import { databaseOptions, serviceOptions } from "@animal-delivery/platform/config/options";

/** Everything orders reads from its environment. */
export const Config = z
  .object({ ...serviceEnv, ...databaseEnv, RPC_PORT: port(9010), OPS_PORT: port(9021) })
  .transform((env) => ({ ...serviceOptions(env), database: databaseOptions(env) }));

export type Config = z.output<typeof Config>;
