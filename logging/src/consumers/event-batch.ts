import type { Registry } from "@bufbuild/protobuf";
import type { Batch, ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import type { StoredEvent } from "../domain/stored-event.ts";
import type { UnreadableRow } from "../store/unreadable-row.ts";
import { readEvent, UnreadableRecord } from "./read-event.ts";

/** What a batch holds. */
export interface EventBatch {
  readonly events: readonly { readonly record: ConsumedRecord; readonly event: StoredEvent }[];
  readonly unreadable: readonly UnreadableRow[];
}

/** Reads the records of a batch; one that is no event does not stop the others. */
export function readEventBatch({ topic, partition, records }: Batch, types: Registry): EventBatch {
  const events: { record: ConsumedRecord; event: StoredEvent }[] = [];
  const unreadable: UnreadableRow[] = [];
  for (const record of records) {
    try {
      events.push({ record, event: readEvent(record, topic, types) });
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      const { offset, key, value, timestamp: arrivedAt } = record;
      unreadable.push({ topic, partition, offset, arrivedAt, key, value, reason: error.message });
    }
  }
  return { events, unreadable };
}
