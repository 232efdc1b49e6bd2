import { z } from "zod";
import { busEnv, oneBusAtMost, optionalBus } from "@animal-delivery/platform/config/bus-config";
import {
  count,
  durationMs,
  flag,
  logEnv,
  oidcEnv,
  opsEnv,
  port,
  rpcServerEnv,
  safeUrl,
  serviceAddress,
  telemetryEnv,
  wholeNumber,
} from "@animal-delivery/platform/config/fragments";
import { oidcOptions, opsOptions, traceOptions } from "@animal-delivery/platform/config/options";
import { redisEnv, redisOptions } from "@animal-delivery/platform/config/redis-config";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** `https://a.example,https://b.example`; each an origin and nothing more. */
const origins = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, "must be origins")));

const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE } = rpcServerEnv;

const env = z.object({
  ...logEnv,
  ...telemetryEnv,
  ...oidcEnv,
  ...opsEnv,
  HOST: z
    .string()
    .default("localhost")
    .describe("Where the world is answered; localhost stands for both loopback addresses."),
  ...busEnv,
  ...redisEnv,
  PORT: port(8080).describe("Its port; 0 takes any free one."),
  PUBLIC_ORIGIN: safeUrl
    .optional()
    .describe("Where the world reaches the gateway: https://api.example. By default http://localhost:PORT."),
  HTTPS_CERT_FILE: z.string().optional().describe("The public certificate; without it plain HTTP."),
  HTTPS_KEY_FILE: z.string().optional().describe("Its key."),
  TLS_TERMINATED: flag(false).describe("Whether a proxy in front ends TLS."),
  TRUSTED_PROXIES: wholeNumber()
    .min(0)
    .max(10)
    .default(0)
    .describe("How many proxies in front append to X-Forwarded-For."),
  CORS_ORIGINS: origins.describe("Origins whose pages may call with a token, by commas."),
  TLS_CERT_FILE,
  TLS_KEY_FILE,
  TLS_CA_FILE,
  ORDERS_ADDRESS: serviceAddress.default("https://127.0.0.1:9010").describe("Where orders answers RPCs."),
  DELIVERY_ADDRESS: serviceAddress.default("https://127.0.0.1:9011").describe("Where delivery answers RPCs."),
  LOGGING_ADDRESS: serviceAddress.default("https://127.0.0.1:9012").describe("Where logging answers RPCs."),
  ACCOUNTS_ADDRESS: serviceAddress.default("https://127.0.0.1:9013").describe("Where accounts answers RPCs."),
  NOTES_ADDRESS: serviceAddress.default("https://127.0.0.1:9014").describe("Where notes answers RPCs."),
  SAGAS_ADDRESS: serviceAddress.default("https://127.0.0.1:9015").describe("Where sagas answers RPCs."),
  MESSENGER_ADDRESS: serviceAddress.default("https://127.0.0.1:9016").describe("Where the messenger answers RPCs."),
  OIDC_CLIENT_ID: z.string().default("api-gateway").describe("The gateway as a client of the provider, for browsers."),
  OIDC_CLIENT_SECRET: z.string().optional().describe("Its secret there."),
  OIDC_FIRST_PARTY_CLIENT_ID: z.string().default("first-party").describe("The client behind sign-in by password."),
  OIDC_DOCS_CLIENT_ID: z.string().default("swagger").describe("The client of the page /docs."),
  OIDC_TIMEOUT_MS: wholeNumber()
    .positive()
    .max(10_000)
    .default(5_000)
    .describe("How long the provider may take to answer; 10,000 at most."),
  SESSION_TTL_MS: durationMs(12 * HOUR_MS).describe("How long a browser's login lasts, however often it is used."),
  REQUEST_TIMEOUT_MS: durationMs(5_000).describe("The deadline of an RPC whose caller named none."),
  BODY_BYTES_MAX: count(1_048_576).describe("How large a request's body may be."),
  RATE_LIMIT_READS_PER_MINUTE: count(60_000).describe("Reads per caller."),
  RATE_LIMIT_WRITES_PER_MINUTE: count(30_000).describe("Writes per caller."),
  RATE_LIMIT_STREAMS_PER_MINUTE: count(600).describe("Event streams opened per caller."),
  RATE_LIMIT_AUTH_PER_MINUTE: count(600).describe("Calls of /v1/auth per caller."),
  SIGN_UPS_PER_HOUR: count(600).describe("Sign-ups per address, besides the limit for /v1/auth."),
  SIGN_IN_FAILURES_MAX: count(20).describe(
    "Wrong passwords per account and address within ten minutes; ten times as many from everywhere.",
  ),
});

/** Everything the gateway reads from its environment. */
export const Config = env
  .check(oneBusAtMost())
  .refine(({ HTTPS_CERT_FILE, HTTPS_KEY_FILE }) => (HTTPS_CERT_FILE === undefined) === (HTTPS_KEY_FILE === undefined), {
    path: ["HTTPS_KEY_FILE"],
    message: "HTTPS_CERT_FILE and HTTPS_KEY_FILE go together",
  })
  .refine(({ HOST, TLS_TERMINATED, HTTPS_CERT_FILE }) => LOOPBACK.has(HOST) || TLS_TERMINATED || HTTPS_CERT_FILE, {
    path: ["HOST"],
    message:
      "plain HTTP is for loopback addresses: set HTTPS_CERT_FILE and HTTPS_KEY_FILE, or TLS_TERMINATED=true behind a proxy that ends TLS",
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    traces: traceOptions(env),
    http: {
      /** `localhost` stands for both loopback addresses. */
      host: env.HOST,
      port: env.PORT,
      /** Certificate and key of the public side; undefined for plain HTTP. */
      https:
        env.HTTPS_CERT_FILE === undefined || env.HTTPS_KEY_FILE === undefined
          ? undefined
          : { certFile: env.HTTPS_CERT_FILE, keyFile: env.HTTPS_KEY_FILE },
    },
    ops: opsOptions(env),
    /** Where the world reaches the gateway: `https://api.example`, without a slash at the end. Never taken from a request. */
    origin: new URL(env.PUBLIC_ORIGIN ?? `http://localhost:${env.PORT}`).origin,
    /** How many proxies in front append to `X-Forwarded-For`; 0 believes none of it. */
    trustedProxies: env.TRUSTED_PROXIES,
    /** Origins whose pages may call the API with a bearer token. */
    corsOrigins: env.CORS_ORIGINS,
    oidc: {
      ...oidcOptions(env),
      /** The gateway as a client of the provider, for browsers. */
      clientId: env.OIDC_CLIENT_ID,
      clientSecret: env.OIDC_CLIENT_SECRET,
      /** The public client behind `/v1/auth/sign-in`. */
      firstPartyClientId: env.OIDC_FIRST_PARTY_CLIENT_ID,
      /** The public client of the page `/docs`. */
      docsClientId: env.OIDC_DOCS_CLIENT_ID,
      /** How long the provider may take to answer. */
      timeoutMs: env.OIDC_TIMEOUT_MS,
    },
    /** The certificate that the gateway shows to the services. */
    tls: { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE, caFile: env.TLS_CA_FILE },
    /** Where each service of the contract is, by its name. */
    addresses: {
      orders: env.ORDERS_ADDRESS,
      delivery: env.DELIVERY_ADDRESS,
      logging: env.LOGGING_ADDRESS,
      accounts: env.ACCOUNTS_ADDRESS,
      notes: env.NOTES_ADDRESS,
      sagas: env.SAGAS_ADDRESS,
      messenger: env.MESSENGER_ADDRESS,
    },
    /** Where log lines go besides standard output; undefined for nowhere. */
    bus: optionalBus(env),
    /** Where login sessions, ended sessions and counters are; undefined for this process's memory. */
    redis: redisOptions(env),
    /** How long a browser's login lasts, however often it is used. */
    sessionTtlMs: env.SESSION_TTL_MS,
    /** The deadline of an RPC whose caller named none. */
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    bodyBytesMax: env.BODY_BYTES_MAX,
    /** Requests per minute and caller. */
    rateLimits: {
      read: env.RATE_LIMIT_READS_PER_MINUTE,
      write: env.RATE_LIMIT_WRITES_PER_MINUTE,
      stream: env.RATE_LIMIT_STREAMS_PER_MINUTE,
      auth: env.RATE_LIMIT_AUTH_PER_MINUTE,
    },
    /** Sign-ups from one address. */
    signUpsPerHour: env.SIGN_UPS_PER_HOUR,
    /** Wrong passwords for one account from one address within ten minutes before it must wait. */
    signInFailuresMax: env.SIGN_IN_FAILURES_MAX,
  }));

export type GatewayConfig = z.output<typeof Config>;

/** What `createGateway` looks at; where it listens and what it dials is the business of `runGateway` and `main.ts`. */
export type ApiConfig = Pick<
  GatewayConfig,
  | "origin"
  | "trustedProxies"
  | "corsOrigins"
  | "oidc"
  | "sessionTtlMs"
  | "requestTimeoutMs"
  | "bodyBytesMax"
  | "rateLimits"
  | "signUpsPerHour"
  | "signInFailuresMax"
>;
