export type Availability = "off_duty" | "available";

/** A person who carries animals. */
export interface Courier {
  /** The subject of the person. */
  readonly courierId: string;
  /** Personal data: never in events or logs. */
  readonly displayName: string;
  readonly availability: Availability;
  readonly registeredAt: Date;
  /** Counts the courier's events from 1. */
  readonly version: bigint;
}

/** A courier with what they carry. */
export interface CourierAtWork extends Courier {
  /** The live delivery; undefined when there is none. */
  readonly deliveryId: string | undefined;
}

/** A new courier, off duty. */
export function registeredCourier(courierId: string, displayName: string, now: Date): Courier {
  return { courierId, displayName, availability: "off_duty", registeredAt: now, version: 1n };
}

/** The courier on or off duty, one event further. */
export function withAvailability(courier: Courier, availability: Availability): Courier {
  return { ...courier, availability, version: courier.version + 1n };
}
