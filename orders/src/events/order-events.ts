import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import {
  OrderCancellationRefusedSchema,
  OrderCancellationRequestedSchema,
  OrderCancelledSchema,
  OrderCreatedSchema,
  OrderDeletedSchema,
  OrderDeliveredSchema,
  OrderDispatchedSchema,
  OrderFailedSchema,
  OrderTransitStartedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { Order } from "../domain/order.ts";
import type { OrderFact } from "../domain/order-change.ts";
import { ORDERS_TOPIC } from "./topic.ts";

type Append = (tx: Transaction, order: Order, aggregateVersion: bigint) => Promise<void>;

/** Each fact and the event that tells it. */
const EVENTS = {
  created: event(OrderCreatedSchema, ({ orderId, customerId, items, total }) => ({
    orderId,
    customerId,
    items: items.map(({ productId, quantity }) => ({ productId, quantity })),
    totalMinor: total.amountMinor,
    currency: total.currency,
  })),
  dispatched: event(OrderDispatchedSchema, idsOf),
  cancellationRequested: event(OrderCancellationRequestedSchema, idsOf),
  cancellationRefused: event(OrderCancellationRefusedSchema, idOf),
  cancelled: event(OrderCancelledSchema, idOf),
  transitStarted: event(OrderTransitStartedSchema, idOf),
  delivered: event(OrderDeliveredSchema, idOf),
  failed: event(OrderFailedSchema, idOf),
  deleted: event(OrderDeletedSchema, idOf),
} as const satisfies Record<OrderFact, Append>;

/** Appends the events of an order that made its `version` by these facts, in order. */
export async function appendOrderEvents(tx: Transaction, order: Order, facts: readonly OrderFact[]): Promise<void> {
  const before = order.version - BigInt(facts.length);
  for (const [index, fact] of facts.entries()) await EVENTS[fact](tx, order, before + BigInt(index + 1));
}

function event<D extends DescMessage>(schema: D, messageOf: (order: Order) => MessageInitShape<D>): Append {
  return (tx, order, aggregateVersion) =>
    appendEvent(tx, {
      topic: ORDERS_TOPIC,
      aggregateId: order.orderId,
      aggregateVersion,
      schema,
      message: messageOf(order),
      occurredAt: order.updatedAt,
    });
}

function idOf({ orderId }: Order) {
  return { orderId };
}

/** The delivery is there from the moment the order is dispatched. */
function idsOf({ orderId, deliveryId = "" }: Order) {
  return { orderId, deliveryId };
}
