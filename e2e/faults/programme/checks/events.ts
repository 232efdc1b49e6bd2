import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { fromBinary } from "@bufbuild/protobuf";
import type { Stores } from "../stores.ts";

/** An event as an outbox holds it. */
export interface OutboxEvent {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly version: bigint;
  readonly sent: boolean;
}

interface OutboxRow {
  readonly value: Buffer;
  readonly sent: boolean;
}

/** The events that a service told of since then, from its outbox; dead letters and other records are left out. */
export async function eventsSince(service: string, topic: string, since: Date, stores: Stores): Promise<OutboxEvent[]> {
  const { rows } = await stores
    .database(service)
    .query<OutboxRow>("select value, sent_at is not null as sent from outbox where topic = $1 and created_at >= $2", [
      topic,
      since,
    ]);
  return rows.map(({ value, sent }) => {
    const { eventId, aggregateId, aggregateVersion: version } = fromBinary(EventEnvelopeSchema, value);
    return { eventId, aggregateId, version, sent };
  });
}

/** Each change of an aggregate has one event: its versions are there without a gap, none twice, and all are sent. */
export function checkVersions(events: readonly OutboxEvent[]): string[] {
  const violations: string[] = [];
  for (const [aggregateId, own] of Map.groupBy(events, (event) => event.aggregateId)) {
    const versions = own.map(({ version }) => version).toSorted((a, b) => Number(a - b));
    const first = versions[0] ?? 0n;
    if (versions.some((version, index) => version !== first + BigInt(index)))
      violations.push(`the versions of ${aggregateId} are ${versions.join(", ")}`);
  }
  const unsent = events.filter(({ sent }) => !sent).length;
  if (unsent > 0) violations.push(`${unsent} events were never sent`);
  return violations;
}

/** The event store tells each of these events, once. */
export async function checkEventStore(events: readonly OutboxEvent[], since: Date, stores: Stores): Promise<string[]> {
  const stored = await storedEventIds(since, stores);
  const told = Map.groupBy(stored, (eventId) => eventId);
  const lost = events.filter(({ eventId }) => !told.has(eventId)).length;
  const twice = events.filter(({ eventId }) => (told.get(eventId)?.length ?? 0) > 1).length;
  return [
    ...(lost > 0 ? [`${lost} of ${events.length} events are not in the event store`] : []),
    ...(twice > 0 ? [`${twice} events are visible twice`] : []),
  ];
}

/** How many events of that time the event store tells. */
export async function countStored(since: Date, stores: Stores): Promise<number> {
  return (await storedEventIds(since, stores)).length;
}

async function storedEventIds(since: Date, { clickhouse }: Stores): Promise<string[]> {
  const result = await clickhouse.query({
    query: "select toString(event_id) as id from stored_events where occurred_at >= {since: DateTime64(3, 'UTC')}",
    query_params: { since: since.getTime() / 1_000 },
    format: "JSONEachRow",
  });
  const rows = await result.json<{ id: string }>();
  return rows.map(({ id }) => id);
}
