import { ConnectError, type Client } from "@connectrpc/connect";
import type { Order, OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Caller } from "@animal-delivery/platform/access/caller";
import { fromConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { onBehalfOf } from "@animal-delivery/platform/rpc/client";
import type { Dispatched } from "../domain/delivery.ts";
import { orderNotFound, orderStatusRefused } from "../domain/refusals.ts";
import { deliveryIdOf } from "./delivery-id.ts";
import { journeyOf } from "./journey-of-order.ts";

/**
 * Takes an order over from orders: it becomes dispatched, for this delivery alone. Called again it answers the same.
 *
 * @param caller the user it is done for; undefined for the service's own work.
 * @throws {DomainError} notFound ORDER_NOT_FOUND, refused ORDER_STATUS_REFUSED, unavailable, unauthenticated.
 */
export async function dispatchOrder(
  orders: Client<typeof OrderService>,
  orderId: string,
  caller: Caller | undefined,
): Promise<Dispatched> {
  const request = { orderId: orderId.toLowerCase(), deliveryId: deliveryIdOf(orderId) };
  const headers = new Headers(caller && onBehalfOf(caller).headers);
  // The key lets the client try again while orders restarts.
  headers.set("idempotency-key", request.deliveryId);
  const { order } = await orders.dispatchOrder(request, { headers }).catch((error: unknown) => {
    throw refusalOf(error, orderId);
  });
  if (!order) throw new Error("orders dispatched an order without telling it");
  return dispatched(order, request.deliveryId);
}

function dispatched(order: Order, deliveryId: string): Dispatched {
  return { deliveryId, orderId: order.orderId, customerId: order.customerId, journey: journeyOf(order) };
}

/** What a refusal of orders means to a caller of delivery. */
function refusalOf(error: unknown, orderId: string): Error {
  const refusal = fromConnectError(ConnectError.from(error));
  const cause = { cause: error };
  if (refusal.reason === "ORDER_NOT_FOUND") return orderNotFound(orderId, cause);
  if (refusal.reason === "ORDER_STATUS_REFUSED") return orderStatusRefused(orderId, cause);
  if (refusal.kind === "unauthenticated") return refusal;
  if (isOutage(refusal)) return new DomainError("unavailable", "UNAVAILABLE", "orders is not available now", {}, cause);
  return new Error("orders answered DispatchOrder with an error that its contract does not list", cause);
}

/** Orders is away, too slow, or still busy with a twin of this call: later it may answer. */
function isOutage({ kind, reason }: DomainError): boolean {
  return kind === "unavailable" || kind === "deadlineExceeded" || reason === "IDEMPOTENCY_TWIN_RUNNING";
}
