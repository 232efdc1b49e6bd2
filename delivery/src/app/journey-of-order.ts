import type { Address } from "@animal-delivery/contracts/gen/orders/v1/address_pb";
import type { Order, OrderItem } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type * as journey from "../domain/journey.ts";

/** What delivery keeps of an order: where from, where to, to whom, what. No prices. */
export function journeyOf(order: Order): journey.Journey {
  const { pickup, dropOff, recipient } = order;
  if (!pickup || !dropOff || !recipient) throw new Error("orders dispatched an order without addresses");
  return {
    pickup: addressOf(pickup),
    dropOff: addressOf(dropOff),
    recipient: { name: recipient.name, phone: recipient.phone },
    note: order.note,
    cargo: order.items.map(cargoOf),
  };
}

function addressOf({ street, city, postalCode, country, latitude, longitude }: Address): journey.Address {
  return { street, city, postalCode, country, latitude, longitude };
}

function cargoOf({ animal, quantity }: OrderItem): journey.Cargo {
  if (!animal) throw new Error("orders dispatched an item without its animal");
  const { species, breed, sex, ageWeeksMin, ageWeeksMax, weightGrams } = animal;
  return { animal: { species, breed, sex, ageWeeksMin, ageWeeksMax, weightGrams }, quantity };
}
