import type { Delivery } from "../domain/delivery.ts";

/** What this process does once a delivery's change is committed: it counts the change and wakes the streams that wait for it. */
export interface DeliveryObserver {
  /** A delivery came to the status it has now. */
  statusReached(delivery: Delivery): void;
  /** Positions of a delivery were stored. */
  positionsStored(delivery: Delivery, accepted: number): void;
}
