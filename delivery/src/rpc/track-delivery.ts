import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import type {
  DeliveryService,
  TrackDeliveryResponseSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { resumeToken, type Change, type Snapshot } from "../domain/change.ts";
import { STATUS_ON_WIRE } from "../events/enums.ts";
import { visibilityOf } from "../store/visibility.ts";
import { followDelivery } from "../tracking/follow-delivery.ts";
import { positionMessage, stepMessage } from "./delivery-message.ts";
import type { Parts } from "./parts.ts";

type Message = MessageInitShape<typeof TrackDeliveryResponseSchema>;

/** The stream's greatest age, its end at shutdown and when the token expires are the RPC server's: they abort the signal. */
export function trackDelivery({ db, feed, streams }: Parts): ServiceImpl<typeof DeliveryService>["trackDelivery"] {
  return async function* track({ deliveryId, resumeToken }, context) {
    context.signal.throwIfAborted();
    const grant = grantOf(context);
    using _open = streams.open(grant.caller.actor, context.signal);
    const following = { deliveryId, resumeToken, visibility: visibilityOf(grant) };
    for await (const told of followDelivery(db, feed, following, context.signal)) yield messageOf(told);
  };
}

function messageOf(told: Snapshot | Change): Message {
  return { resumeToken: resumeToken(told.seq), update: updateOf(told) };
}

function updateOf(told: Snapshot | Change): NonNullable<Message["update"]> {
  if (told.kind === "snapshot") return { case: "snapshot", value: snapshotMessage(told) };
  if (told.kind === "status") return { case: "statusChange", value: stepMessage(told.step) };
  return { case: "position", value: positionMessage(told.position) };
}

function snapshotMessage({ status, courierId, lastPosition }: Snapshot) {
  return {
    status: STATUS_ON_WIRE[status],
    courierId: courierId ?? "",
    ...(lastPosition && { lastPosition: positionMessage(lastPosition) }),
  };
}
