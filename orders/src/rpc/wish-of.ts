import type {
  Address as AddressMessage,
  Recipient as RecipientMessage,
} from "@animal-delivery/contracts/gen/orders/v1/address_pb";
import type { CreateOrderRequest } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Wish } from "../app/create-order.ts";
import type { Address, Recipient } from "../domain/order.ts";

/**
 * What the customer orders.
 *
 * @throws {DomainError} invalid REQUEST_INVALID when a product stands in two items: the contract's rule compares texts and
 *   lets one UUID in two spellings pass.
 */
export function wishOf(request: CreateOrderRequest, customerId: string): Wish {
  const { pickup, dropOff, recipient, note } = request;
  if (!pickup || !dropOff || !recipient) throw new Error("an order without address or recipient passed validation");
  const lines = request.items.map(({ productId, quantity }) => ({ productId: productId.toLowerCase(), quantity }));
  if (new Set(lines.map((line) => line.productId)).size < lines.length) {
    throw new DomainError("invalid", "REQUEST_INVALID", "each product may stand in one item only", { field: "items" });
  }
  return {
    customerId,
    lines,
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
