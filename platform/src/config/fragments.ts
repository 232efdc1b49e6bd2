import { z } from "zod";
import { LOG_LEVELS } from "../log/level.ts";

// Shapes of the variables that several services read; a service spreads them into its own `z.object`. Each says what it is
// for: the example files of the services are made of it.

/** Longest time a Node timer can wait, in ms; a longer one fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A whole number. Its complaint does not say NaN, which nobody wrote. */
export function wholeNumber() {
  const error = "must be a whole number";
  return z.coerce.number(error).int(error);
}

/** A TCP port; 0 takes any free one. */
export function port(byDefault: number) {
  return wholeNumber().min(0).max(65_535).default(byDefault);
}

/** Where a service answers RPCs; its default differs from service to service. */
export function rpcPort(byDefault: number) {
  return port(byDefault).describe("Its port; 0 takes any free one.");
}

/** Where a service answers whoever runs it. */
export function opsPort(byDefault: number) {
  return port(byDefault).describe("Its port; 0 takes any free one.");
}

/** A time in milliseconds, more than none. */
export function durationMs(byDefault: number) {
  return wholeNumber().positive().max(TIMER_MS_MAX).default(byDefault);
}

/** A number of things, at least one. */
export function count(byDefault: number) {
  return wholeNumber().positive().default(byDefault);
}

/** `true`, `yes`, `1`, `on` and their opposites. */
export function flag(byDefault: boolean) {
  return z.stringbool().default(byDefault);
}

/** `a,b`: at least one, each by `item`. */
export function list<T extends z.ZodType<string, string>>(item: T) {
  const split = (text: string) => text.split(",").map((part) => part.trim());
  return z
    .string()
    .transform((text) => split(text).filter(Boolean))
    .pipe(z.array(item).min(1));
}

export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" });

/** Whether a URL is https, or http to this machine itself. */
function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

/** An https URL, or an http one of a loopback host. */
export const safeUrl = z.string().refine(isSafe, "must be an https:// URL (http:// for a loopback host only)");

/** Where a service answers RPCs, which it does over mutual TLS alone. */
export const serviceAddress = z.url({ protocol: /^https$/, error: "must be an https:// URL" });

/** A service's own database. */
export const databaseEnv = {
  DATABASE_URL: postgresUrl.describe("postgresql:// URL of the service's own database; sslmode=verify-full for TLS."),
  DATABASE_POOL_SIZE: count(10).describe("Connections at most."),
  DATABASE_STATEMENT_TIMEOUT_MS: durationMs(10_000).describe("How long one statement may take."),
  DATABASE_LOCK_TIMEOUT_MS: durationMs(5_000).describe("How long a statement may wait for a lock."),
};

/** Where the RPC server listens and its certificate, which is the client certificate too. */
export const rpcServerEnv = {
  RPC_HOST: z.string().default("127.0.0.1").describe("Where RPCs are answered, over mutual TLS."),
  RPC_PORT: rpcPort(9010),
  TLS_CERT_FILE: z.string().describe("The service's certificate, for server and client; read again when it changes."),
  TLS_KEY_FILE: z.string().describe("Its key."),
  TLS_CA_FILE: z.string().describe("Who signed the certificates of the others."),
};

/** Where `/healthz`, `/readyz` and `/metrics` are answered; never public. */
export const opsEnv = {
  OPS_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Where /healthz, /readyz and /metrics are answered; never public."),
  OPS_PORT: opsPort(9020),
};

/** Who issues the users' access tokens, and for whom. */
export const oidcEnv = {
  OIDC_ISSUER: safeUrl.describe("Who issues access tokens: https, or http on a loopback host."),
  OIDC_DISCOVERY_URL: safeUrl
    .optional()
    .describe("Where the discovery document is when the issuer's own URL cannot be reached from here."),
  OIDC_AUDIENCE: z.string().default("https://api.animal-delivery.example").describe("For whom the tokens must be."),
};

export const logEnv = { LOG_LEVEL: z.enum(LOG_LEVELS).default("info").describe("error, warn, info or debug.") };

/** The collector that takes spans; without one, ids are made all the same and stand in the logs. */
export const telemetryEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().describe("The collector that takes spans: http://host:4318."),
  TRACE_SAMPLE_RATIO: z.coerce
    .number("must be a number")
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "Share of the traces that begin here and are recorded, 0 to 1. The collector samples better: it sees how they end.",
    ),
  DEPLOYMENT_ENVIRONMENT: z.string().default("development").describe("Where this is, in spans: production, staging."),
};
