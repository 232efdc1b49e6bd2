import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import {
  count,
  databaseEnv,
  durationMs,
  opsPort,
  rpcPort,
  serviceAddress,
} from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";

/** Everything delivery reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    RPC_PORT: rpcPort(9011),
    OPS_PORT: opsPort(9022),
    ORDERS_ADDRESS: serviceAddress.default("https://127.0.0.1:9010").describe("Where orders answers RPCs."),
    TRACK_POLL_MS: durationMs(250).describe("How soon a stream hears of a change made by another replica."),
    TRACK_STREAMS_PER_CALLER_MAX: count(16).describe(
      "Streams of TrackDelivery that one caller may hold open in a process.",
    ),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    database: databaseOptions(env),
    /** Where orders answers RPCs. */
    ordersAddress: env.ORDERS_ADDRESS,
    tracking: {
      /** How soon a stream hears of a change made by another replica. */
      pollMs: env.TRACK_POLL_MS,
      /** How many streams of TrackDelivery one caller may hold open in this process. */
      streamsPerCallerMax: env.TRACK_STREAMS_PER_CALLER_MAX,
    },
  }));

export type Config = z.output<typeof Config>;
