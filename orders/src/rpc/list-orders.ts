import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListOrdersRequest,
  ListOrdersResponseSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import { listOrders } from "../store/list-orders.ts";
import type { Viewer } from "../store/viewer.ts";
import { orderMessage, statusOf } from "./order-message.ts";
import { timeBound } from "@animal-delivery/platform/time-bound";

/** One page of the orders that the viewer may see. */
export async function orderPage(
  db: Queryable,
  viewer: Viewer,
  request: ListOrdersRequest,
): Promise<MessageInitShape<typeof ListOrdersResponseSchema>> {
  const filters = {
    status: statusOf(request.status),
    placedAfter: timeBound(request.placedAfter),
    placedBefore: timeBound(request.placedBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters,
    positionOf: (key) => ({ orderId: idAt(key, 0), placedAt: timeAt(key, 1) }),
    read: (after, limit) => listOrders(db, viewer, filters, after, limit),
    keyOf: (order) => [order.orderId, String(order.placedAt.getTime())],
  });
  return { orders: items.map((order) => orderMessage(order)), nextPageToken };
}
