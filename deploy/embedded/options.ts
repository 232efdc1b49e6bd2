import { resolve } from "node:path";
import { safeUrl, telemetryEnv, wholeNumber } from "@animal-delivery/platform/config/fragments";
import { traceOptions } from "@animal-delivery/platform/config/options";
import { LOG_LEVELS } from "@animal-delivery/platform/log/level";
import { z } from "zod";
import { PORT_DEFAULT, PORTS_SPAN } from "./ports.ts";

/** What a person may say about the platform on one machine, by its environment. */
export const PlatformEnv = z
  .object({
    // Below 1024 a port is for root alone, and PostgreSQL never runs as root.
    PORT: wholeNumber()
      .min(1024)
      .max(65_535 - PORTS_SPAN)
      .default(PORT_DEFAULT),
    // Both loopback addresses: browsers may mean either by it.
    HOST: z.string().default("localhost"),
    PUBLIC_ORIGIN: safeUrl.optional(),
    DATA_DIR: z.string().default(".data"),
    LOG: z.enum(["file", "stdout"]).default("file"),
    LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
    ...telemetryEnv,
  })
  .transform((env) => ({
    port: env.PORT,
    host: env.HOST,
    publicOrigin: env.PUBLIC_ORIGIN && new URL(env.PUBLIC_ORIGIN).origin,
    dataDir: resolve(env.DATA_DIR),
    /** Log lines go to files in the data folder, and to standard output as well when this says so. */
    logToStdout: env.LOG === "stdout",
    logLevel: env.LOG_LEVEL,
    traces: traceOptions(env),
  }));

export type PlatformEnv = z.output<typeof PlatformEnv>;
