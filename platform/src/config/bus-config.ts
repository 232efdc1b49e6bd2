import { z } from "zod";
import type { BusOptions, KafkaSasl } from "../bus/bus-options.ts";
import { count, flag, list, postgresUrl } from "./fragments.ts";

/** The event bus: `BUS_DATABASE_URL` for the log in Postgres, `KAFKA_BROKERS` for Kafka. Goes with `oneBus` or `oneBusAtMost`. */
export const busEnv = {
  BUS_DATABASE_URL: postgresUrl
    .optional()
    .describe("The event bus as a durable log in Postgres: its database. Either this or KAFKA_BROKERS."),
  KAFKA_BROKERS: list(z.string().regex(/^[^\s:/]+:\d{1,5}$/, "must be host:port,host:port"))
    .optional()
    .describe("The event bus as Kafka: some of its brokers, host:port,host:port."),
  KAFKA_CLIENT: z
    .enum(["kafkajs", "platformatic"])
    .default("kafkajs")
    .describe("The library that speaks to Kafka: kafkajs or platformatic."),
  KAFKA_CLIENT_ID: z.string().default("animal-delivery").describe("How the brokers name us in logs and quotas."),
  KAFKA_REPLICATION: count(1).describe("Copies of each topic; the job that makes topics reads it."),
  KAFKA_TLS: flag(false).describe("Speak TLS to the brokers."),
  KAFKA_CA_FILE: z.string().optional().describe("Who signed their certificates; the system's authorities without it."),
  KAFKA_SASL_MECHANISM: z
    .enum(["scram-sha-256", "scram-sha-512"])
    .default("scram-sha-512")
    .describe("scram-sha-256 or scram-sha-512."),
  KAFKA_SASL_USERNAME: z.string().optional().describe("Who we are there; without it no SASL."),
  KAFKA_SASL_PASSWORD: z.string().optional().describe("The password of that user."),
};

type BusEnv = z.output<z.ZodObject<typeof busEnv>>;

/** A check for `z.object({ ...busEnv })`: exactly one bus is named. */
export function oneBus<T extends BusEnv>() {
  return z.refine<T>((env) => busesOf(env) === 1, {
    path: ["BUS_DATABASE_URL"],
    message: "set either this or KAFKA_BROKERS",
    when: () => true,
  });
}

/** The same for who may do without a bus. */
export function oneBusAtMost<T extends BusEnv>() {
  return z.refine<T>((env) => busesOf(env) <= 1, {
    path: ["BUS_DATABASE_URL"],
    message: "set this or KAFKA_BROKERS, not both",
    when: () => true,
  });
}

function busesOf({ BUS_DATABASE_URL, KAFKA_BROKERS }: BusEnv): number {
  return [BUS_DATABASE_URL, KAFKA_BROKERS].filter((each) => each !== undefined).length;
}

/** What `openBus` takes; undefined when no bus is named. */
export function optionalBus(env: BusEnv): BusOptions | undefined {
  if (env.BUS_DATABASE_URL !== undefined) return { kind: "postgres", url: env.BUS_DATABASE_URL };
  if (env.KAFKA_BROKERS === undefined) return undefined;
  return {
    kind: "kafka",
    client: env.KAFKA_CLIENT,
    brokers: env.KAFKA_BROKERS,
    clientId: env.KAFKA_CLIENT_ID,
    replication: env.KAFKA_REPLICATION,
    tls: env.KAFKA_TLS || env.KAFKA_CA_FILE !== undefined ? { caFile: env.KAFKA_CA_FILE } : undefined,
    sasl: saslOf(env),
  };
}

/** The same for an environment that `oneBus` has checked. */
export function busOptions(env: BusEnv): BusOptions {
  const options = optionalBus(env);
  if (!options) throw new Error("the schema lacks the check `oneBus`");
  return options;
}

function saslOf({ KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD }: BusEnv): KafkaSasl | undefined {
  if (KAFKA_SASL_USERNAME === undefined) return undefined;
  return {
    mechanism: KAFKA_SASL_MECHANISM,
    username: KAFKA_SASL_USERNAME,
    password: KAFKA_SASL_PASSWORD ?? "",
  };
}
