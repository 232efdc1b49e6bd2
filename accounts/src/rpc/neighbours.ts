import type { Client } from "@connectrpc/connect";
import type { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import type { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";

/** The neighbours that know something of a person. */
export interface Neighbours {
  readonly notes: Pick<Client<typeof NoteService>, "listNotes">;
  readonly orders: Pick<Client<typeof OrderService>, "listOrders">;
  readonly delivery: Pick<Client<typeof DeliveryService>, "listDeliveries">;
}
