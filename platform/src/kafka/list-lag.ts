import type { Lag } from "../bus/bus.ts";
import type { KafkaAdmin } from "./driver.ts";

/** How far a group is behind in each partition; a group that never read is behind by all there is. */
export async function listLag(admin: KafkaAdmin, group: string, topics: readonly string[]): Promise<Lag[]> {
  const lags: Lag[] = [];
  for (const topic of topics) {
    // The commits first: what is committed meanwhile may make the lag too large, never negative.
    const committed = await admin.listCommitted(group, topic);
    for (const { partition, first, next } of await admin.listOffsets(topic)) {
      const at = committed.get(partition);
      const isInside = at !== undefined && at >= first && at <= next;
      lags.push({ topic, partition, records: next - (isInside ? at : first) });
    }
  }
  return lags;
}
