import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Message } from "@bufbuild/protobuf";
import type { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { assignCourier } from "../app/assign-courier.ts";
import { cancelDelivery } from "../app/cancel-delivery.ts";
import { completeDelivery } from "../app/complete-delivery.ts";
import { dispatchOrder } from "../app/dispatch-order.ts";
import type { Errand } from "../app/errand.ts";
import { failDelivery } from "../app/fail-delivery.ts";
import { pickUpDelivery } from "../app/pick-up-delivery.ts";
import { reportPositions } from "../app/report-positions.ts";
import { startDelivery } from "../app/start-delivery.ts";
import type { Delivery } from "../domain/delivery.ts";
import { FAILURE_ON_WIRE, fromWire } from "../events/enums.ts";
import { listSteps } from "../store/history-repository.ts";
import { visibilityOf } from "../store/visibility.ts";
import { deliveryMessage, positionFromMessage } from "./delivery-message.ts";
import type { Parts } from "./parts.ts";
import { readDeliveries } from "./read-deliveries.ts";
import { trackDelivery } from "./track-delivery.ts";

export function deliveryService(parts: Parts): ServiceImpl<typeof DeliveryService> {
  const { db, observer, orders } = parts;

  /** Works on a delivery in one transaction; answers it with its history. */
  const write = (
    request: Message,
    context: HandlerContext,
    work: (tx: Transaction, grant: Grant) => Promise<Delivery>,
  ) =>
    mutate(
      db,
      context,
      request,
      async (tx, grant) => {
        const delivery = await work(tx, grant);
        return { delivery: deliveryMessage(delivery, await listSteps(tx, delivery)) };
      },
      ({ delivery }) => delivery.customerId,
    );

  /** Changes the delivery that the request names. */
  const change = (
    request: Message & { readonly deliveryId: string },
    context: HandlerContext,
    step: (tx: Transaction, errand: Errand) => Promise<Delivery>,
  ) => write(request, context, (tx, grant) => step(tx, errandOf(request, grant)));

  return {
    ...readDeliveries(db),
    trackDelivery: trackDelivery(parts),

    async startDelivery(request, context) {
      const order = await dispatchOrder(orders, request.orderId, grantOf(context).caller);
      return write(request, context, (tx, grant) => startDelivery(tx, observer, order, grant.caller.actor));
    },
    assignCourier: (request, context) =>
      change(request, context, (tx, errand) => assignCourier(tx, observer, errand, request.courierId)),
    pickUpDelivery: (request, context) =>
      change(request, context, (tx, errand) => pickUpDelivery(tx, observer, errand)),
    completeDelivery: (request, context) =>
      change(request, context, (tx, errand) => completeDelivery(tx, observer, errand)),
    failDelivery(request, context) {
      const reason = fromWire(FAILURE_ON_WIRE, request.reason);
      if (!reason) throw new Error("validation let an unknown failure reason through");
      return change(request, context, (tx, errand) => failDelivery(tx, observer, errand, reason, request.note));
    },
    cancelDelivery: (request, context) =>
      change(request, context, (tx, errand) => cancelDelivery(tx, observer, errand, request.reason)),
    reportPositions: (request, context) =>
      mutate(db, context, request, (tx, grant) =>
        reportPositions(tx, observer, errandOf(request, grant), request.positions.map(positionFromMessage)),
      ),
  };
}

function errandOf({ deliveryId }: { readonly deliveryId: string }, grant: Grant): Errand {
  return { deliveryId, actor: grant.caller.actor, visibility: visibilityOf(grant) };
}
