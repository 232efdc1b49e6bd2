import type { Facts } from "../audit/act.ts";
import type { ParkedEvent } from "../inbox/parked-store.ts";

/** What the audit says of an event that a consumer has parked. */
export function parkedFacts(consumer: string, { aggregateId, type, topic, cause }: ParkedEvent): Facts {
  return { state: "parked", consumer, type, aggregate_id: aggregateId, topic, cause };
}
