import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  CancellationOutcome,
  OrderStatus as StatusMessage,
  type CancellationSchema,
  type OrderSchema,
  type OrderStatusChangeSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Cancellation, Order, OrderStatus, StatusChange } from "../domain/order.ts";
import { animalMessage } from "./animal-message.ts";
import { keyOf } from "./key-of.ts";

const STATUSES = {
  placed: StatusMessage.PLACED,
  dispatched: StatusMessage.DISPATCHED,
  cancelling: StatusMessage.CANCELLING,
  in_transit: StatusMessage.IN_TRANSIT,
  delivered: StatusMessage.DELIVERED,
  cancelled: StatusMessage.CANCELLED,
  failed: StatusMessage.FAILED,
} as const satisfies Record<OrderStatus, StatusMessage>;

const OUTCOMES = {
  requested: CancellationOutcome.REQUESTED,
  granted: CancellationOutcome.GRANTED,
  refused: CancellationOutcome.REFUSED,
} as const satisfies Record<Cancellation["outcome"], CancellationOutcome>;

/** Undefined for ORDER_STATUS_UNSPECIFIED. */
export function statusOf(message: StatusMessage): OrderStatus | undefined {
  return message === StatusMessage.UNSPECIFIED ? undefined : keyOf(STATUSES, message);
}

/** @param history left out where the contract leaves it out. */
export function orderMessage(
  order: Order,
  history: readonly StatusChange[] = [],
): MessageInitShape<typeof OrderSchema> {
  return {
    orderId: order.orderId,
    customerId: order.customerId,
    status: STATUSES[order.status],
    items: order.items.map((item) => ({ ...item, animal: animalMessage(item.animal) })),
    total: order.total,
    pickup: order.pickup,
    dropOff: order.dropOff,
    recipient: order.recipient,
    note: order.note,
    ...(order.cancellation && { cancellation: cancellationMessage(order.cancellation) }),
    deliveryId: order.deliveryId ?? "",
    placedAt: timestampFromDate(order.placedAt),
    updatedAt: timestampFromDate(order.updatedAt),
    history: history.map(statusChangeMessage),
  };
}

function cancellationMessage(cancellation: Cancellation): MessageInitShape<typeof CancellationSchema> {
  const { outcome, reason, requestedAt, decidedAt } = cancellation;
  return {
    outcome: OUTCOMES[outcome],
    reason,
    requestedAt: timestampFromDate(requestedAt),
    ...(decidedAt && { decidedAt: timestampFromDate(decidedAt) }),
  };
}

function statusChangeMessage(change: StatusChange): MessageInitShape<typeof OrderStatusChangeSchema> {
  const { status, actor, reason, changedAt } = change;
  return { status: STATUSES[status], actor, reason, changedAt: timestampFromDate(changedAt) };
}
