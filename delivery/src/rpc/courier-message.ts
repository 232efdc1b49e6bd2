import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { CourierSchema } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import type { CourierAtWork } from "../domain/courier.ts";
import { AVAILABILITY_ON_WIRE } from "../events/enums.ts";

export function courierMessage(courier: CourierAtWork): MessageInitShape<typeof CourierSchema> {
  return {
    courierId: courier.courierId,
    displayName: courier.displayName,
    availability: AVAILABILITY_ON_WIRE[courier.availability],
    deliveryId: courier.deliveryId ?? "",
    registeredAt: timestampFromDate(courier.registeredAt),
  };
}
