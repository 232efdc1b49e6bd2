/** A place where an animal is picked up or handed over. Degrees are WGS 84. */
export interface Address {
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Who takes the animal at the door. */
export interface Recipient {
  readonly name: string;
  readonly phone: string;
}

/** Animals of one kind on a journey, as listed when the order was placed. */
export interface Cargo {
  readonly animal: {
    /** The number of orders.v1.Species: delivery passes it on, also one it does not know yet. */
    readonly species: number;
    readonly breed: string;
    /** The number of orders.v1.Sex. */
    readonly sex: number;
    readonly ageWeeksMin: number;
    readonly ageWeeksMax: number;
    readonly weightGrams: number;
  };
  readonly quantity: number;
}

/** What a courier must know of the order, as it was when the delivery took it. Personal data: never in events or logs. */
export interface Journey {
  readonly pickup: Address;
  readonly dropOff: Address;
  readonly recipient: Recipient;
  readonly note: string;
  readonly cargo: readonly Cargo[];
}
