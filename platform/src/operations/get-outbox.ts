import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { GetOutboxResponseSchema } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { outboxState } from "../outbox/outbox-state.ts";
import type { OperableEvents } from "./operable.ts";
import { countBacklogs, countParkedKeys } from "./parked-repository.ts";

/** How the outbox and the consumers' backlogs stand. */
export async function outboxMessage({
  db,
  consumers,
}: OperableEvents): Promise<MessageInitShape<typeof GetOutboxResponseSchema>> {
  const [state, keys, backlogs] = await Promise.all([outboxState(db), countParkedKeys(db), countBacklogs(db)]);
  const { unsentRows, oldestUnsentSeconds, parkedRows } = state;
  return {
    unsentEvents: BigInt(unsentRows),
    ...(unsentRows > 0 && { oldestUnsentAt: timestampFromMs(Math.round(Date.now() - oldestUnsentSeconds * 1_000)) }),
    parkedEvents: BigInt(parkedRows),
    parkedAggregates: BigInt(keys),
    consumers: consumers.map(({ consumer }) => {
      const { events = 0, aggregates = 0 } = backlogs.get(consumer) ?? {};
      return { consumer, events: BigInt(events), aggregates: BigInt(aggregates) };
    }),
  };
}
