/** Which event bus a process uses, and how it gets there. */
export type BusOptions =
  | { readonly kind: "postgres"; readonly url: string }
  | ({ readonly kind: "kafka" } & KafkaOptions);

/** A Kafka cluster and who we are there. */
export interface KafkaOptions {
  /** The library that speaks to it. */
  readonly client: "kafkajs" | "platformatic";
  /** `host:port`, some of the cluster's brokers. */
  readonly brokers: readonly string[];
  /** How the brokers' logs and quotas name us. */
  readonly clientId: string;
  /** Copies of each topic that is made, over as many brokers. */
  readonly replication: number;
  /** Undefined for plain TCP. Without a CA file the system's authorities count. */
  readonly tls?: { readonly caFile?: string | undefined } | undefined;
  readonly sasl?: KafkaSasl | undefined;
}

export interface KafkaSasl {
  readonly mechanism: "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}
