import type {
  Address as AddressMessage,
  Recipient as RecipientMessage,
} from "@animal-delivery/contracts/gen/orders/v1/address_pb";
import type { CreateOrderRequest } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Wish } from "../app/create-order.ts";
import type { Address, Recipient } from "../domain/order.ts";

/** What the customer orders; product ids in the spelling of the database, whatever theirs. */
export function wishOf(request: CreateOrderRequest, customerId: string): Wish {
  const { pickup, dropOff, recipient, note } = request;
  if (!pickup || !dropOff || !recipient) throw new Error("an order without address or recipient passed validation");
  return {
    customerId,
    lines: request.items.map(({ productId, quantity }) => ({ productId: productId.toLowerCase(), quantity })),
    pickup: addressOf(pickup),
    dropOff: addressOf(dropOff),
    recipient: personOf(recipient),
    note,
  };
}

function addressOf({ street, city, postalCode, country, latitude, longitude }: AddressMessage): Address {
  return { street, city, postalCode, country, latitude, longitude };
}

function personOf({ name, phone }: RecipientMessage): Recipient {
  return { name, phone };
}
