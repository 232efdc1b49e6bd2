import type { ServiceImpl } from "@connectrpc/connect";
import type { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Database, Queryable } from "@animal-delivery/platform/db/database";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { cancelOrder } from "../app/cancel-order.ts";
import { createOrder } from "../app/create-order.ts";
import { deleteFinishedOrder } from "../app/delete-finished-order.ts";
import { dispatchOrder } from "../app/dispatch-order.ts";
import type { OrderObserver } from "../observe-orders.ts";
import { orderNotFound } from "../domain/order.ts";
import { findOrder } from "../store/order-repository.ts";
import { viewerOf, type Viewer } from "../store/viewer.ts";
import { orderPage } from "./list-orders.ts";
import { orderMessage } from "./order-message.ts";
import { wishOf } from "./wish-of.ts";

/** Orders over RPC. A caller meets the orders that the policy's relations open to them; no other order is there. */
export function orderService(db: Database, observer: OrderObserver): ServiceImpl<typeof OrderService> {
  return {
    createOrder: (request, context) =>
      mutate(db, context, request, async (tx, { caller }) => {
        const order = await createOrder(tx, observer, wishOf(request, caller.actor));
        const { status, placedAt: changedAt } = order;
        return { order: orderMessage(order, [{ status, actor: caller.actor, reason: "", changedAt }]) };
      }),

    async getOrder({ orderId }, context) {
      return { order: await wholeOrder(db, viewerOf(grantOf(context)), orderId) };
    },

    listOrders: (request, context) => orderPage(db, viewerOf(grantOf(context)), request),

    cancelOrder: (request, context) =>
      mutate(
        db,
        context,
        request,
        async (tx, grant) => {
          const { orderId, reason } = request;
          const viewer = viewerOf(grant);
          await cancelOrder(tx, observer, viewer, orderId, { actor: grant.caller.actor, reason });
          return { order: await wholeOrder(tx, viewer, orderId) };
        },
        customerOf,
      ),

    deleteOrder: (request, context) =>
      mutate(db, context, request, async (tx, grant) => {
        await deleteFinishedOrder(tx, viewerOf(grant), request.orderId);
        return {};
      }),

    dispatchOrder: (request, context) =>
      mutate(
        db,
        context,
        request,
        async (tx, grant) => {
          const { orderId } = request;
          const handover = { orderId, deliveryId: request.deliveryId.toLowerCase(), actor: grant.caller.actor };
          return { order: orderMessage(await dispatchOrder(tx, observer, viewerOf(grant), handover)) };
        },
        customerOf,
      ),
  };
}

/** Whose addresses a response holds. */
function customerOf({ order }: { readonly order?: { readonly customerId?: string } }): string | undefined {
  return order?.customerId;
}

/** An order with its history. @throws {DomainError} notFound ORDER_NOT_FOUND. */
async function wholeOrder(db: Queryable, viewer: Viewer, orderId: string) {
  const found = await findOrder(db, viewer, orderId);
  if (!found) throw orderNotFound(orderId);
  return orderMessage(found.order, found.history);
}
