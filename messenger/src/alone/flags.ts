import { accessSync, constants } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { flag, safeUrl } from "@animal-delivery/platform/config/fragments";
import { LOG_LEVELS } from "@animal-delivery/platform/log/level";
import { z } from "zod";
import { msOf } from "./duration.ts";

/** What history_size of the contract can say. */
const INT32_MAX = 2 ** 31 - 1;

const PORT_MAX = 65_535;
const WAIT_MS_MAX = 600_000;

const IDLE_MIN = "1h";
const IDLE_MAX = "3650d";

export const MIB_BYTES = 1_048_576;
/** What this process's heap may grow to. */
export const HEAP_MIB = Math.floor(getHeapStatistics().heap_size_limit / MIB_BYTES);

const file = z.string().refine(isReadable, "cannot be read");

/**
 * Everything that the messenger is told when it runs alone: `grpcPort` is the flag `--grpc-port` and the variable
 * `MESSENGER_GRPC_PORT`. Help, defaults and what is refused follow from this table; what flags have to do with one another stands
 * in `flag-rules.ts`.
 */
export const FLAGS = {
  grpcPort: whole(0, PORT_MAX).default(50_052).describe("Where gRPC is answered, over TLS; 0 takes any free port."),
  httpPort: whole(0, PORT_MAX)
    .default(8_090)
    .describe("Where REST, event streams, /docs and /metrics are answered; 0 takes any free port."),
  host: z
    .string()
    .default("localhost")
    .describe(
      "The address of both; localhost stands for both loopback addresses. HTTP is plain on a loopback address, unless there " +
        "is a --tls-cert or a --tls-client-ca, and HTTPS on every other one, where it answers no /metrics.",
    ),
  publicOrigin: safeUrl.optional().describe("Where the world reaches HTTP, when that is not --host and --http-port."),
  opsPort: whole(0, PORT_MAX)
    .optional()
    .describe("Where /healthz, /readyz and /metrics are answered besides, over plain HTTP; nowhere without it."),
  opsHost: z.string().default("127.0.0.1").describe("Its address; never public."),
  maxChatSize: whole(1, INT32_MAX).default(1_000).describe("The largest history that a chat may keep, in messages."),
  maxChats: whole(1, INT32_MAX).default(10_000).describe("Chats that there may be at one time."),
  maxSessions: whole(1, INT32_MAX).default(100_000).describe("Sessions that there may be at one time."),
  sessionIdle: z
    .string()
    .refine(isIdle, `must be a duration with its unit, m, h or d, from ${IDLE_MIN} to ${IDLE_MAX}`)
    .default("30d")
    .describe(
      "How long a session lives that nobody uses, an hour longer at the most: 30d, 12h, 90m. Then it ends as when it is deleted, " +
        "its chats with it.",
    ),
  maxStreams: whole(1, INT32_MAX).default(16).describe("Streams that one session may have open in this process."),
  maxMemory: whole(1, HEAP_MIB)
    .optional()
    .describe(
      "What messages may take of this process's memory, in MiB, when everything is kept there: half of what the heap may grow to and " +
        "sessions and chats leave of it, unless given. A message that has no room is refused with MEMORY_FULL. A larger heap: " +
        "NODE_OPTIONS=--max-old-space-size=….",
    ),
  redis: flag(false).describe("Keeps everything in Redis, at --dsn, instead of this process's memory."),
  postgres: flag(false).describe("Keeps everything in PostgreSQL, at --dsn, and migrates that database at the start."),
  dsn: z
    .string()
    .optional()
    .describe(
      "Where it is kept: a redis:// or rediss:// URL, several nodes of a cluster by commas; or a postgresql:// URL. It holds a " +
        "password: better by the environment, which no list of processes shows, or by MESSENGER_DSN_FILE, a file that holds it.",
    ),
  redisCa: file.optional().describe("Who signed the certificates of Redis; the system's authorities without it."),
  redisPrefix: z.string().default("messenger:").describe("Stands before every key in Redis."),
  postgresPool: whole(1, 1_000).default(10).describe("Connections to PostgreSQL at most."),
  tlsCert: file
    .optional()
    .describe("The certificate, PEM with its chain; one for this machine alone is made without it."),
  tlsKey: file.optional().describe("Its key."),
  tlsClientCa: file
    .optional()
    .describe("The authority whose certificate every caller must show; callers need none without it."),
  tlsFolder: z
    .string()
    .optional()
    .describe(
      "Where the made certificate is kept, its authority beside it; messenger/certificates of the user's data.",
    ),
  logLevel: z
    .enum(LOG_LEVELS, "must be error, warn, info or debug")
    .default("info")
    .describe("error, warn, info or debug."),
  otlpEndpoint: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" })
    .optional()
    .describe("The collector that takes spans: http://host:4318."),
  leaveMs: whole(0, WAIT_MS_MAX)
    .default(1_000)
    .describe("How long health says NOT_SERVING and calls are answered still, after SIGTERM and before the drain."),
  drainMs: whole(1, WAIT_MS_MAX).default(10_000).describe("How long calls may take to end in the drain."),
} as const satisfies Record<string, z.ZodType>;

export type FlagKey = keyof typeof FLAGS;
export type Settings = { readonly [K in FlagKey]: z.output<(typeof FLAGS)[K]> };

export const FLAG_KEYS = Object.keys(FLAGS) as FlagKey[];

/** Flags that take no value. */
export const SWITCHES: ReadonlySet<FlagKey> = new Set(["redis", "postgres"]);

/** `grpcPort` -> `--grpc-port`. */
export function flagOf(key: FlagKey): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `grpcPort` -> `MESSENGER_GRPC_PORT`. */
export function variableOf(key: FlagKey): string {
  return `MESSENGER_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
}

function isIdle(duration: string): boolean {
  return msOf(duration) >= msOf(IDLE_MIN) && msOf(duration) <= msOf(IDLE_MAX);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
