import { TraceFlags } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { Counter } from "prom-client";
import type { Meters } from "./metrics.ts";

export interface SpanQueueOptions {
  /** Spans that wait or are under way; beyond it they are lost. About 2 KB each. */
  readonly spansMax?: number;
  /** Spans of one request to the collector. */
  readonly batchSpansMax?: number;
  /** How long the first span waits for others. */
  readonly delayMs?: number;
  /** After so long a request to the collector has failed. */
  readonly exportTimeoutMs: number;
}

/**
 * Sends ended spans in the background. Whatever the collector does, no request waits for it or fails by it: spans that find
 * the queue full, and those of a request that failed, are counted and lost.
 */
export function queueSpans(exporter: SpanExporter, meters: Meters, options: SpanQueueOptions): SpanProcessor {
  const { spansMax = 8_192, batchSpansMax = 512, delayMs = 1_000, exportTimeoutMs } = options;
  const { sent, dropped } = createMetrics(meters);
  let held = 0;
  const counting: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        held -= spans.length;
        if (result.code === ExportResultCode.SUCCESS) sent.inc(spans.length);
        else dropped.inc({ reason: "export_failed" }, spans.length);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
  // Sdk 3 takes an options object; the positional form of older versions loses every span without an error.
  const batches = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: spansMax,
    maxExportBatchSize: batchSpansMax,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: exportTimeoutMs,
  });
  return {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (held >= spansMax) return dropped.inc({ reason: "queue_full" });
      held += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

function createMetrics({ registry }: Meters) {
  const registers = [registry];
  const sent = new Counter({ name: "spans_exported_total", help: "Spans the collector took", registers });
  const dropped = new Counter({
    name: "spans_dropped_total",
    help: "Spans that never reached the collector",
    labelNames: ["reason"] as const,
    registers,
  });
  // Both are told from the start: a counter that appears with its first loss has no rate.
  for (const reason of ["queue_full", "export_failed"]) dropped.inc({ reason }, 0);
  return { sent, dropped };
}
