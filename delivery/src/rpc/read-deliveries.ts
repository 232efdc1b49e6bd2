import type { ServiceImpl } from "@connectrpc/connect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { deliveryNotFound } from "../domain/refusals.ts";
import { fromWire, STATUS_ON_WIRE } from "../events/enums.ts";
import { findSnapshot } from "../store/change-repository.ts";
import { findDelivery, listDeliveries } from "../store/delivery-repository.ts";
import { listSteps } from "../store/history-repository.ts";
import { visibilityOf } from "../store/visibility.ts";
import { deliveryMessage, positionMessage } from "./delivery-message.ts";

type Reads = Pick<ServiceImpl<typeof DeliveryService>, "getDelivery" | "getDeliveryStatus" | "listDeliveries">;

export function readDeliveries(db: Database): Reads {
  return {
    async getDelivery({ deliveryId }, context) {
      const delivery = await findDelivery(db, deliveryId, visibilityOf(grantOf(context)));
      if (!delivery) throw deliveryNotFound(deliveryId);
      return { delivery: deliveryMessage(delivery, await listSteps(db, delivery)) };
    },

    async getDeliveryStatus({ deliveryId }, context) {
      const snapshot = await findSnapshot(db, deliveryId, visibilityOf(grantOf(context)));
      if (!snapshot) throw deliveryNotFound(deliveryId);
      return {
        deliveryId: snapshot.deliveryId,
        status: STATUS_ON_WIRE[snapshot.status],
        courierId: snapshot.courierId ?? "",
        ...(snapshot.lastPosition && { lastPosition: positionMessage(snapshot.lastPosition) }),
        updatedAt: timestampFromDate(snapshot.updatedAt),
      };
    },

    async listDeliveries(request, context) {
      const filter = {
        status: fromWire(STATUS_ON_WIRE, request.status),
        orderId: request.orderId || undefined,
        courierId: request.courierId || undefined,
      };
      const visibility = visibilityOf(grantOf(context));
      const { items, nextPageToken } = await readPage(request, {
        filters: filter,
        positionOf: (key) => ({ startedAt: timeAt(key, 0), deliveryId: idAt(key, 1) }),
        read: (after, limit) => listDeliveries(db, visibility, filter, after, limit),
        keyOf: ({ startedAt, deliveryId }) => [String(startedAt.getTime()), deliveryId],
      });
      return { deliveries: items.map((delivery) => deliveryMessage(delivery)), nextPageToken };
    },
  };
}
