import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from "kafkajs";
import type { KafkaOptions } from "../bus/bus-options.ts";
import type { Logger } from "../log/logger.ts";
import { CONNECT_MS_MAX, REQUEST_MS_MAX } from "./limits.ts";

/** A client of its own: members of one group may not share one, since it shares their offsets among them. */
export function createKafkajs(options: KafkaOptions, log: Logger): Kafka {
  const { brokers, clientId, tls, sasl } = options;
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_MS_MAX,
    authenticationTimeout: CONNECT_MS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => tell(log, entry),
  };
  if (tls) config.ssl = tlsOptions(tls);
  if (sasl) config.sasl = saslOptions(sasl);
  return new Kafka(config);
}

/** The CA file is read for each client, so that a new authority counts from the next connection on. */
function tlsOptions({ caFile }: NonNullable<KafkaOptions["tls"]>): ConnectionOptions {
  return { minVersion: "TLSv1.2", ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) };
}

function saslOptions({ mechanism, username, password }: NonNullable<KafkaOptions["sasl"]>): SASLOptions {
  return { mechanism, username, password };
}

/** The library calls a rebalance an error: what matters is told by whoever called it. */
function tell(
  log: Logger,
  { namespace, level, log: entry }: Parameters<ReturnType<NonNullable<KafkaConfig["logCreator"]>>>[0],
) {
  const { message, timestamp: _, stack: __, logger: ___, ...facts } = entry;
  log[level === logLevel.ERROR ? "info" : "debug"](`kafkajs: ${message}`, { namespace, ...facts });
}
