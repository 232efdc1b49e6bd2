import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";

export interface ClickHouseOptions {
  /** `http://user:password@host:8123`. */
  readonly url: string;
  readonly database: string;
  /** How long one query or insert may take, in ms, before it counts as failed. */
  readonly requestTimeoutMs: number;
}

/** A client of the database. It connects when it is first used; close it with `close()`. */
export function openClickHouse({ url, database, requestTimeoutMs }: ClickHouseOptions): ClickHouseClient {
  return createClient({
    url,
    database,
    application: "animal-delivery logging",
    request_timeout: requestTimeoutMs,
    max_open_connections: 10,
    // Below every server's own limit (3 s by default), so that no request meets a connection that is being closed.
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    // Failures reach the caller as errors; the client's own words on standard error would not be JSON.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { date_time_input_format: "basic" },
  });
}
