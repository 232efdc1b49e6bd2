import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { count, databaseEnv, opsPort, rpcPort, wholeNumber } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";
import { POSTGRES_SETTINGS } from "./store/postgres/settings.ts";

const HOUR_MS = 3_600_000;
/** A year. */
const ROOM_RETENTION_HOURS_MAX = 8_760;

/** Everything the messenger reads from its environment as a part of a platform; alone it reads its flags. */
export const Config = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    RPC_PORT: rpcPort(9016),
    OPS_PORT: opsPort(9027),
    HISTORY_SIZE_MAX: count(1_000).describe("The largest history that a chat may keep, in messages."),
    CHATS_MAX: count(100_000).describe("Chats that there may be at one time, rooms of deliveries among them."),
    SESSIONS_MAX: count(1_000_000).describe("People who may have an alias at one time."),
    STREAMS_PER_CALLER_MAX: count(16).describe("Streams that one caller may have open in this process."),
    ROOM_RETENTION_HOURS: wholeNumber()
      .positive()
      .max(ROOM_RETENTION_HOURS_MAX)
      .default(24)
      .describe("How long the room of a delivery can be read when the delivery is over."),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    database: { ...databaseOptions(env), settings: POSTGRES_SETTINGS },
    historySizeMax: env.HISTORY_SIZE_MAX,
    chatsMax: env.CHATS_MAX,
    sessionsMax: env.SESSIONS_MAX,
    streamsPerCallerMax: env.STREAMS_PER_CALLER_MAX,
    /** How long the room of a delivery can be read when the delivery is over. */
    roomRetentionMs: env.ROOM_RETENTION_HOURS * HOUR_MS,
  }));

export type Config = z.output<typeof Config>;
