import type { ClickHouseClient } from "@clickhouse/client";
import { type SpanContext, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { errorType } from "@animal-delivery/platform/telemetry/error-type";
import type { InsertMetrics } from "./insert-metrics.ts";
import { insertSpan } from "./insert-span.ts";
import type { JsonRow } from "./json-row.ts";
import { slicesOf } from "./slices.ts";

export interface BatchWriterOptions {
  readonly clickhouse: ClickHouseClient;
  readonly table: string;
  readonly metrics: InsertMetrics;
  readonly tracer: Tracer;
  /** Rows that are enough for an insert. */
  readonly rowsMax: number;
  /** How long the first row waits for others, in ms. */
  readonly ageMs: number;
}

/** Rows of several callers on their way into one insert. */
interface Group {
  readonly rows: JsonRow[];
  readonly causes: SpanContext[];
  readonly written: PromiseWithResolvers<void>;
  readonly timer: NodeJS.Timeout;
}

/** Gathers the rows of concurrent callers into larger inserts: ClickHouse wants few large ones. */
export interface BatchWriter {
  /**
   * Resolves once the rows are in ClickHouse, rejects when it is not known that they are: then write them again, doubled
   * rows are collapsed. Holds no more than its callers wait for.
   *
   * @param causes the spans that wait for the rows; the insert's span names them.
   */
  write(rows: readonly JsonRow[], causes?: readonly SpanContext[]): Promise<void>;
}

export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  let open: Group | undefined;

  function openGroup(): Group {
    return { rows: [], causes: [], written: Promise.withResolvers(), timer: setTimeout(insertGroup, options.ageMs) };
  }

  function insertGroup(): void {
    if (!open) return;
    const { written, timer, ...group } = open;
    clearTimeout(timer);
    open = undefined;
    insertRows(options, group).then(written.resolve, written.reject);
  }

  return {
    async write(rows, causes = []) {
      if (rows.length === 0) return;
      open ??= openGroup();
      const { written } = open;
      open.rows.push(...rows);
      open.causes.push(...causes);
      if (open.rows.length >= options.rowsMax) insertGroup();
      await written.promise;
    },
  };
}

async function insertRows(
  options: BatchWriterOptions,
  { rows, causes }: Pick<Group, "rows" | "causes">,
): Promise<void> {
  for (const slice of slicesOf(rows)) await insertSlice(options, slice, causes);
}

async function insertSlice(
  { clickhouse, table, metrics, tracer }: BatchWriterOptions,
  slice: readonly JsonRow[],
  causes: readonly SpanContext[],
): Promise<void> {
  const span = insertSpan(tracer, table, slice.length, causes);
  try {
    await metrics.observe(table, slice.length, async () => {
      await clickhouse.insert({
        table,
        values: [...slice],
        format: "JSONEachRow",
        clickhouse_settings: {
          // The answer must mean that the rows are stored.
          async_insert: 0,
          distributed_foreground_insert: 1,
          // One late record may belong to a partition of its own; a batch is not refused for that.
          max_partitions_per_insert_block: "0",
        },
      });
    });
  } catch (error) {
    span.setAttribute("error.type", errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
