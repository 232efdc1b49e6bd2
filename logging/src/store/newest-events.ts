import type { StoredEvent } from "../domain/stored-event.ts";
import { EVENT_COLUMNS, eventFromSelected, type SelectedEvent } from "./event-row.ts";
import type { Reader } from "./reader.ts";
import { allOf, type Condition } from "./where.ts";

/** The sort key of an event in a page. */
export interface EventPosition {
  readonly occurredAtMs: number;
  readonly eventId: string;
}

/** Which events a page is of. */
export interface Wanted {
  readonly conditions: readonly Condition[];
  /** What stands in the conditions. */
  readonly parameters: Readonly<Record<string, string>>;
  /** When they occurred, in Unix milliseconds; undefined does not narrow. */
  readonly fromMs: number | undefined;
  readonly beforeMs: number | undefined;
}

/**
 * Reads a page of events, the newest first, after a position. Rows of one event are neighbours in this order and are
 * collapsed as they stream by. The view `stored_events` would merge the whole table before it gave out the first row.
 *
 * @param name how spans and metrics call it.
 */
export async function readNewest(
  reader: Reader,
  name: string,
  { conditions, parameters, fromMs, beforeMs }: Wanted,
  after: EventPosition | undefined,
  limit: number,
): Promise<StoredEvent[]> {
  const where = allOf([
    ...conditions,
    fromMs !== undefined && "occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64})",
    beforeMs !== undefined && "occurred_at < fromUnixTimestamp64Milli({before_ms:Int64})",
    // The first line says what the second implies, in words that the primary key understands.
    after &&
      `occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64})
       and (occurred_at, event_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_id:UUID})`,
  ]);
  const rows = await reader.rows<SelectedEvent>(
    name,
    `select ${EVENT_COLUMNS}
       from events
      where ${where}
      order by occurred_at desc, event_id desc
      limit 1 by occurred_at, event_id
      limit {limit:UInt32}`,
    {
      ...parameters,
      from_ms: fromMs ?? 0,
      before_ms: beforeMs ?? 0,
      ...(after && { after_ms: after.occurredAtMs, after_id: after.eventId }),
      limit,
    },
  );
  return rows.map(eventFromSelected);
}
