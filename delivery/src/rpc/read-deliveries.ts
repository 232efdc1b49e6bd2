import type { ServiceImpl } from "@connectrpc/connect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { validate } from "uuid";
import type { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { deliveryNotFound, pageTokenInvalid } from "../domain/refusals.ts";
import { fromWire, STATUS_ON_WIRE } from "../events/enums.ts";
import { findSnapshot } from "../store/change-repository.ts";
import { findDelivery, listDeliveries, type DeliveryPlace } from "../store/delivery-repository.ts";
import { listSteps } from "../store/history-repository.ts";
import { visibilityOf } from "../store/visibility.ts";
import { deliveryMessage, positionMessage } from "./delivery-message.ts";

type Reads = Pick<ServiceImpl<typeof DeliveryService>, "getDelivery" | "getDeliveryStatus" | "listDeliveries">;

export function readDeliveries(db: Database): Reads {
  return {
    async getDelivery({ deliveryId }, context) {
      const delivery = await findDelivery(db, deliveryId, visibilityOf(grantOf(context)));
      if (!delivery) throw deliveryNotFound(deliveryId);
      return { delivery: deliveryMessage(delivery, await listSteps(db, deliveryId)) };
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
      const size = pageSize(request.pageSize);
      const after = placeOf(decodePageToken(request.pageToken, filter));
      const found = await listDeliveries(db, visibilityOf(grantOf(context)), filter, after, size + 1);
      const page = found.slice(0, size);
      const last = page.at(-1);
      const nextPageToken =
        found.length > size && last ? encodePageToken(filter, [last.startedAt.toISOString(), last.deliveryId]) : "";
      return { deliveries: page.map((delivery) => deliveryMessage(delivery)), nextPageToken };
    },
  };
}

function placeOf(position: readonly string[] | undefined): DeliveryPlace | undefined {
  if (!position) return undefined;
  const [startedAt = "", deliveryId = ""] = position;
  // Tokens are not signed: what somebody made up must not reach SQL as an error.
  if (Number.isNaN(Date.parse(startedAt)) || !validate(deliveryId)) throw pageTokenInvalid();
  return { startedAt: new Date(startedAt), deliveryId };
}
