import type { ServiceImpl } from "@connectrpc/connect";
import type { CourierService } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { registerCourier } from "../app/register-courier.ts";
import { setAvailability } from "../app/set-availability.ts";
import { courierNotFound } from "../domain/refusals.ts";
import { AVAILABILITY_ON_WIRE, fromWire } from "../events/enums.ts";
import { findCourier, listCouriers } from "../store/courier-repository.ts";
import { visibilityOf } from "../store/visibility.ts";
import { courierMessage } from "./courier-message.ts";
import type { Parts } from "./parts.ts";

export function courierService({ db }: Pick<Parts, "db">): ServiceImpl<typeof CourierService> {
  return {
    registerCourier: (request, context) =>
      mutate(db, context, request, async (tx, grant) => {
        const courier = await registerCourier(tx, visibilityOf(grant), request.courierId, request.displayName);
        return { courier: courierMessage(courier) };
      }),

    async getCourier({ courierId }, context) {
      const courier = await findCourier(db, courierId, visibilityOf(grantOf(context)));
      if (!courier) throw courierNotFound(courierId);
      return { courier: courierMessage(courier) };
    },

    async listCouriers(request, context) {
      const filter = { availability: fromWire(AVAILABILITY_ON_WIRE, request.availability) };
      const size = pageSize(request.pageSize);
      const [after] = decodePageToken(request.pageToken, filter) ?? [];
      const found = await listCouriers(db, visibilityOf(grantOf(context)), filter, after, size + 1);
      const page = found.slice(0, size);
      const last = page.at(-1);
      const nextPageToken = found.length > size && last ? encodePageToken(filter, [last.courierId]) : "";
      return { couriers: page.map(courierMessage), nextPageToken };
    },

    setAvailability(request, context) {
      const availability = fromWire(AVAILABILITY_ON_WIRE, request.availability);
      if (!availability) throw new Error("validation let an unknown availability through");
      return mutate(db, context, request, async (tx, grant) => {
        const courier = await setAvailability(tx, visibilityOf(grant), request.courierId, availability);
        return { courier: courierMessage(courier) };
      });
    },
  };
}
