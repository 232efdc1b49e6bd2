import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListOrdersRequest,
  ListOrdersResponseSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import { listOrders } from "../store/list-orders.ts";
import type { Viewer } from "../store/viewer.ts";
import { orderMessage, statusOf } from "./order-message.ts";
import { idAt, timeAt } from "./page-position.ts";
import { timeBound } from "./time-bound.ts";

/** One page of the orders that the viewer may see; one row more is read, to know whether there is another. */
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
  const position = decodePageToken(request.pageToken, filters);
  const after = position && { orderId: idAt(position, 0), placedAt: timeAt(position, 1) };
  const size = pageSize(request.pageSize);

  const found = await listOrders(db, viewer, filters, after, size + 1);
  const orders = found.slice(0, size);
  const last = orders.at(-1);
  return {
    orders: orders.map((order) => orderMessage(order)),
    nextPageToken:
      last && found.length > size ? encodePageToken(filters, [last.orderId, String(last.placedAt.getTime())]) : "",
  };
}
