import { z } from "zod";
import type { BusOptions, KafkaSasl } from "../bus/bus-options.ts";
import { count, flag, list, postgresUrl } from "./fragments.ts";

/** The event bus: `BUS_DATABASE_URL` for the log in Postgres, `KAFKA_BROKERS` for Kafka. Goes with `oneBus` or `oneBusAtMost`. */
export const busEnv = {
  BUS_DATABASE_URL: postgresUrl.optional(),
  KAFKA_BROKERS: list(z.string().regex(/^[^\s:/]+:\d{1,5}$/, "must be host:port,host:port")).optional(),
  KAFKA_CLIENT: z.enum(["kafkajs", "platformatic"]).default("kafkajs"),
  KAFKA_CLIENT_ID: z.string().default("animal-delivery"),
  KAFKA_REPLICATION: count(1),
  KAFKA_TLS: flag(false),
  KAFKA_CA_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(["scram-sha-256", "scram-sha-512"]).default("scram-sha-512"),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
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
