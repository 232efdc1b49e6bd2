import type { ClickHouseClient } from "@clickhouse/client";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { Histogram } from "prom-client";
import { currentContext } from "@animal-delivery/platform/request-context";
import { errorType } from "@animal-delivery/platform/telemetry/error-type";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { readError } from "./read-error.ts";

/** Values for the `{name:Type}` of a query; never part of its text. */
export type QueryParams = Readonly<Record<string, string | number | readonly string[]>>;

/** Asks ClickHouse questions. */
export interface Reader {
  /**
   * Runs one query under the repository function's name, which names the span and the metric too. ClickHouse gives it up
   * after the time limit, and when the current request context's signal aborts.
   *
   * @throws {DomainError} unavailable or deadlineExceeded.
   */
  rows<R>(name: string, query: string, params: QueryParams): Promise<R[]>;
}

export function createReader(clickhouse: ClickHouseClient, queryTimeoutMs: number, telemetry: Telemetry): Reader {
  const duration = new Histogram({
    name: "clickhouse_query_duration_seconds",
    help: "How long questions to ClickHouse take.",
    labelNames: ["query", "outcome"],
    registers: [telemetry.meters.registry],
  });

  async function run<R>(query: string, params: QueryParams, signal: AbortSignal | undefined): Promise<R[]> {
    const result = await clickhouse.query({
      query,
      query_params: { ...params },
      format: "JSONEachRow",
      ...(signal && { abort_signal: signal }),
      clickhouse_settings: {
        max_execution_time: queryTimeoutMs / 1_000,
        // A client that goes away kills its query.
        cancel_http_readonly_queries_on_client_close: 1,
        // On a cluster the ids of an inner question are asked once, not by every node.
        distributed_product_mode: "global",
        // Doubled rows have the same time, so they lie in one partition: each is merged by itself.
        do_not_merge_across_partitions_select_final: 1,
        output_format_json_quote_64bit_integers: 1,
      },
    });
    return result.json<R>();
  }

  return {
    async rows<R>(name: string, query: string, params: QueryParams): Promise<R[]> {
      const context = currentContext();
      const options = {
        kind: SpanKind.CLIENT,
        attributes: { "db.system.name": "clickhouse", "db.operation.name": name },
      };
      const span = telemetry.tracer.startSpan(`clickhouse ${name}`, options, context?.trace ?? ROOT_CONTEXT);
      const end = duration.startTimer({ query: name });
      try {
        const rows = await run<R>(query, params, context?.signal);
        end({ outcome: "ok" });
        return rows;
      } catch (error) {
        end({ outcome: "failed" });
        span.setAttribute("error.type", errorType(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw readError(error, context?.signal);
      } finally {
        span.end();
      }
    },
  };
}
