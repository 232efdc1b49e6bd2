/** A span as Jaeger's API tells it. */
export interface StoredSpan {
  readonly service: string;
  readonly name: string;
  readonly spanId: string;
  /** Undefined for a span whose parent is nowhere: the caller's, outside. */
  readonly parentId: string | undefined;
  readonly tags: Readonly<Record<string, string | number | boolean>>;
  /** Of the process. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly durationMs: number;
}

interface Tag {
  readonly key: string;
  readonly value: string | number | boolean;
}

interface JaegerTrace {
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>>;
  readonly spans: readonly {
    readonly operationName: string;
    readonly spanID: string;
    readonly processID: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly tags: readonly Tag[];
    /** Microseconds. */
    readonly duration: number;
  }[];
}

/** The spans of one trace that Jaeger at this address has by now; none while it does not know the trace. */
export async function spansOf(jaegerUrl: string, traceId: string): Promise<StoredSpan[]> {
  const response = await fetch(`${jaegerUrl}/api/traces/${traceId}`, { signal: AbortSignal.timeout(10_000) });
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}: ${await response.text()}`);
  const { data } = (await response.json()) as { data: JaegerTrace[] };
  return data.flatMap(({ spans, processes }) =>
    spans.map(({ operationName: name, spanID: spanId, processID, references, tags, duration }) => ({
      service: processes[processID]?.serviceName ?? "",
      name,
      spanId,
      parentId: references.find(({ refType }) => refType === "CHILD_OF")?.spanID,
      tags: valuesOf(tags),
      resource: valuesOf(processes[processID]?.tags ?? []),
      durationMs: duration / 1_000,
    })),
  );
}

function valuesOf(tags: readonly Tag[]): Record<string, Tag["value"]> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
