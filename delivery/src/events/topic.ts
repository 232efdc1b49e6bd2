/** The topic of everything this service tells, keyed by the delivery's or the courier's id. */
export const TOPIC = "delivery.events";
