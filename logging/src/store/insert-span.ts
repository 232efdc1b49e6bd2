import { type Link, ROOT_CONTEXT, type Span, SpanKind, type SpanContext, trace, type Tracer } from "@opentelemetry/api";

/** Links of one span: a batch may hold the events of a thousand traces. */
const LINKS_MAX = 64;

/**
 * The span of one insert. Rows of one trace make it a part of that trace; rows of several leave it a trace of its own with a
 * link to each.
 *
 * @param causes the spans that wait for the rows.
 */
export function insertSpan(tracer: Tracer, table: string, rows: number, causes: readonly SpanContext[]): Span {
  const ofTraces = new Map(causes.map((cause) => [cause.traceId, cause]));
  const [only, ...others] = ofTraces.values();
  const isPart = only !== undefined && others.length === 0;
  const links: Link[] = isPart ? [] : [...ofTraces.values()].slice(0, LINKS_MAX).map((context) => ({ context }));
  const attributes = {
    "db.system.name": "clickhouse",
    "db.operation.name": "INSERT",
    "db.collection.name": table,
    "db.operation.batch.size": rows,
  };
  const parent = isPart ? trace.setSpanContext(ROOT_CONTEXT, only) : ROOT_CONTEXT;
  return tracer.startSpan(`clickhouse insert ${table}`, { kind: SpanKind.CLIENT, attributes, links }, parent);
}
