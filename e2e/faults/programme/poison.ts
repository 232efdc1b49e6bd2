import { randomUUID } from "node:crypto";
import { OrderCancellationRequestedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { makeEvent, type MadeEvent } from "./event-record.ts";

/** Events that wait behind one that fails. */
const WAITING = 3;

/** What is put into a topic to see who is held up by it, and who is not. */
export interface Poison {
  /** Records that are no events. */
  readonly undecodable: readonly BusRecord[];
  /** Events that cannot have their effect, ever. */
  readonly failing: readonly MadeEvent[];
  /** Later events of the same aggregates, in order; they could have theirs. */
  readonly waiting: readonly MadeEvent[];
  /** Events of others. */
  readonly healthy: readonly MadeEvent[];
  /** All of it, in the order in which it goes into the topic. */
  readonly records: readonly BusRecord[];
}

/**
 * Poison for the consumer `delivery`, which cancels deliveries when it is asked to: one record that is no protobuf and an
 * empty one, a wish to cancel what there is not, followed by wishes to cancel the delivery `held`, and one to cancel `freed`.
 */
export function makePoison({ held, freed }: { readonly held: string; readonly freed: string }): Poison {
  const cancel = (deliveryId: string, aggregateId: string, aggregateVersion: bigint): MadeEvent =>
    makeEvent({ aggregateId, aggregateVersion }, OrderCancellationRequestedSchema, {
      orderId: aggregateId,
      deliveryId,
    });
  const poisoned = randomUUID();
  const failing = cancel(randomUUID(), poisoned, 1n);
  const waiting = Array.from({ length: WAITING }, (_, index) => cancel(held, poisoned, BigInt(index + 2)));
  const healthy = cancel(freed, randomUUID(), 1n);
  const undecodable = [Buffer.from("this is no event"), Buffer.alloc(0)].map((value) => noEvent(value));
  const [first, ...others] = waiting;
  const events = [failing, ...(first ? [first] : []), healthy, ...others];
  return {
    undecodable,
    failing: [failing],
    waiting,
    healthy: [healthy],
    records: [...undecodable, ...events.map(({ record }) => record)],
  };
}

function noEvent(value: Uint8Array): BusRecord {
  return { key: randomUUID(), value, headers: {} };
}

/** Everything of several. */
export function together(poisons: readonly Poison[]): Poison {
  return {
    undecodable: poisons.flatMap(({ undecodable }) => undecodable),
    failing: poisons.flatMap(({ failing }) => failing),
    waiting: poisons.flatMap(({ waiting }) => waiting),
    healthy: poisons.flatMap(({ healthy }) => healthy),
    records: poisons.flatMap(({ records }) => records),
  };
}
