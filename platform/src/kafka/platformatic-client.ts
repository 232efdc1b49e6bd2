import { readFileSync } from "node:fs";
import { findErrorBy, type BaseOptions, type SASLOptions } from "@platformatic/kafka";
import type { KafkaOptions } from "../bus/bus-options.ts";
import { CONNECT_MS_MAX, PRODUCE_MS_MAX, REQUEST_MS_MAX } from "./limits.ts";

/** What all clients of the library are made with. */
export function platformaticOptions({ brokers, clientId, tls, sasl }: KafkaOptions): BaseOptions {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    timeout: PRODUCE_MS_MAX,
    retries: 3,
    retryDelay: 200,
    autocreateTopics: false,
    ...(tls ? { tls: { minVersion: "TLSv1.2", ...(tls.caFile ? { ca: readFileSync(tls.caFile) } : {}) } } : {}),
    ...(sasl ? { sasl: saslOptions(sasl) } : {}),
  };
}

function saslOptions({ mechanism, username, password }: NonNullable<KafkaOptions["sasl"]>): SASLOptions {
  return { mechanism: mechanism === "scram-sha-256" ? "SCRAM-SHA-256" : "SCRAM-SHA-512", username, password };
}

/** Whether an error, or one among its causes, has this name in the protocol: `OFFSET_OUT_OF_RANGE`. */
export function isProtocolError(error: unknown, ...names: string[]): boolean {
  if (!(error instanceof Error)) return false;
  return names.some((name) => findErrorBy(error, "apiId", name) !== null) || isProtocolError(error.cause, ...names);
}

/** Rejects with what went wrong in words: the library says "failed 4 times" and hides why several levels down. */
export async function clearly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const texts = new Set(innermostTexts(error));
    throw new Error([...texts].join("; "), { cause: error });
  }
}

function innermostTexts(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(innermostTexts);
  if (!(error instanceof Error)) return [String(error)];
  return error.cause === undefined ? [error.message] : innermostTexts(error.cause);
}
