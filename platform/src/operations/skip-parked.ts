import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  SkipParkedRequest,
  SkipParkedResponseSchema,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { recordAudit } from "../audit/record-audit.ts";
import type { Transaction } from "../db/database.ts";
import { countParkedOf, deleteParked, findFirstParked, findParked, lockHead } from "../inbox/parked-store.ts";
import { parkedFacts } from "./parked-facts.ts";
import { parkedEventNotFound, parkedEventWaits } from "./refusals.ts";

/**
 * Takes the first parked event of its aggregate out, without its effect.
 *
 * @throws {DomainError} notFound PARKED_EVENT_NOT_FOUND; refused PARKED_EVENT_WAITS.
 */
export async function skipParked(
  tx: Transaction,
  actor: string,
  { consumer, eventId, reason }: SkipParkedRequest,
): Promise<MessageInitShape<typeof SkipParkedResponseSchema>> {
  const aggregateId = (await findParked(tx, consumer, eventId))?.aggregateId;
  if (aggregateId === undefined) throw parkedEventNotFound(eventId);
  await lockHead(tx, consumer, aggregateId);
  // Somebody may have dealt with it before the lock was ours.
  const event = await findParked(tx, consumer, eventId);
  if (!event) throw parkedEventNotFound(eventId);
  const first = await findFirstParked(tx, consumer, aggregateId);
  if (first && first.eventId !== event.eventId) throw parkedEventWaits(eventId, first.eventId);

  await deleteParked(tx, consumer, event);
  await recordAudit(tx, {
    actor,
    action: "skip",
    resource: "parked_event",
    resourceId: event.eventId,
    reason,
    before: parkedFacts(consumer, event),
    after: { state: "skipped" },
  });
  return { aggregateId, waiting: BigInt(await countParkedOf(tx, consumer, aggregateId)) };
}
