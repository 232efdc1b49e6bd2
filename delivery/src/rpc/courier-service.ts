import type { ServiceImpl } from "@connectrpc/connect";
import type { CourierService } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { textAt } from "@animal-delivery/platform/page-position";
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
      mutate(
        db,
        context,
        request,
        async (tx, grant) => {
          const courier = await registerCourier(tx, visibilityOf(grant), request.courierId, request.displayName);
          return { courier: courierMessage(courier) };
        },
        ({ courier }) => courier.courierId,
      ),

    async getCourier({ courierId }, context) {
      const courier = await findCourier(db, courierId, visibilityOf(grantOf(context)));
      if (!courier) throw courierNotFound(courierId);
      return { courier: courierMessage(courier) };
    },

    async listCouriers(request, context) {
      const filter = { availability: fromWire(AVAILABILITY_ON_WIRE, request.availability) };
      const visibility = visibilityOf(grantOf(context));
      const { items, nextPageToken } = await readPage(request, {
        filters: filter,
        positionOf: (key) => textAt(key, 0),
        read: (after, limit) => listCouriers(db, visibility, filter, after, limit),
        keyOf: ({ courierId }) => [courierId],
      });
      return { couriers: items.map(courierMessage), nextPageToken };
    },

    setAvailability(request, context) {
      const availability = fromWire(AVAILABILITY_ON_WIRE, request.availability);
      if (!availability) throw new Error("validation let an unknown availability through");
      return mutate(
        db,
        context,
        request,
        async (tx, grant) => {
          const courier = await setAvailability(tx, visibilityOf(grant), request.courierId, availability);
          return { courier: courierMessage(courier) };
        },
        ({ courier }) => courier.courierId,
      );
    },
  };
}
