import { createClient, type Client } from "@connectrpc/connect";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { PersonService } from "@animal-delivery/contracts/gen/messenger/v1/person_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { createRpcClient, createRpcTransport, type RpcClientOptions } from "@animal-delivery/platform/rpc/client";
import type { Config } from "../config.ts";

/** The neighbours that know something of a person. */
export interface Neighbours {
  readonly notes: Pick<Client<typeof NoteService>, "listNotes">;
  readonly orders: Pick<Client<typeof OrderService>, "listOrders">;
  readonly delivery: Pick<Client<typeof DeliveryService>, "listDeliveries">;
  /** Who somebody is in chats. */
  readonly chatSessions: Pick<Client<typeof SessionService>, "getSession">;
  /** What they have there. */
  readonly chatPeople: Pick<Client<typeof PersonService>, "listMyMemberships" | "listMyMessages">;
}

/** The neighbours over mutual TLS, where the configuration says that they are. */
export function connectNeighbours(
  { notes, orders, delivery, messenger }: Config["addresses"],
  options: Pick<RpcClientOptions, "tls" | "telemetry">,
): Neighbours {
  const toMessenger = createRpcTransport({ ...options, address: messenger, peer: "messenger" });
  return {
    notes: createRpcClient(NoteService, { ...options, address: notes }),
    orders: createRpcClient(OrderService, { ...options, address: orders }),
    delivery: createRpcClient(DeliveryService, { ...options, address: delivery }),
    chatSessions: createClient(SessionService, toMessenger),
    chatPeople: createClient(PersonService, toMessenger),
  };
}
