import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { databaseEnv, opsPort, rpcPort } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";

/** Everything orders reads from its environment. */
export const Config = z
  .object({ ...serviceEnv, ...databaseEnv, RPC_PORT: rpcPort(9010), OPS_PORT: opsPort(9021) })
  .check(oneBus())
  .transform((env) => ({ ...serviceOptions(env), database: databaseOptions(env) }));

export type Config = z.output<typeof Config>;
