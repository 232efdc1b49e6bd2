import { ClickHouseError } from "@clickhouse/client";
import { DomainError } from "@animal-delivery/platform/errors";

/** The server gave the query up: TIMEOUT_EXCEEDED, TOO_SLOW, QUERY_WAS_CANCELLED. */
const OUT_OF_TIME = new Set(["159", "160", "394"]);

/** The server has no room now: TOO_MANY_SIMULTANEOUS_QUERIES, MEMORY_LIMIT_EXCEEDED, NETWORK_ERROR, SOCKET_TIMEOUT. */
const BUSY = new Set(["202", "241", "210", "209"]);

/** What a failed query means to the caller; a query that is wrong stays the bug that it is. */
export function readError(error: unknown, signal: AbortSignal | undefined): unknown {
  const cause = { cause: error };
  const code = error instanceof ClickHouseError ? error.code : undefined;
  if (signal?.aborted || (code !== undefined && OUT_OF_TIME.has(code))) {
    return new DomainError(
      "deadlineExceeded",
      "DEADLINE_EXCEEDED",
      "the event store did not answer in time",
      {},
      cause,
    );
  }
  // Not from the server's mouth: it was not reached, or its answer did not arrive.
  if (code === undefined || BUSY.has(code)) {
    return new DomainError("unavailable", "UNAVAILABLE", "the event store is not available", {}, cause);
  }
  return error;
}
