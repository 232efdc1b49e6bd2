/** The life of a delivery: each status and where it may go. */
const TRANSITIONS = {
  pending: ["assigned", "cancelled", "failed"],
  assigned: ["picked_up", "cancelled", "failed"],
  picked_up: ["delivered", "failed"],
  delivered: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<string, readonly string[]>;

export type DeliveryStatus = keyof typeof TRANSITIONS;

const TABLE: Record<DeliveryStatus, readonly DeliveryStatus[]> = TRANSITIONS;

/** Every status, in the order of a delivery's life. */
export const DELIVERY_STATUSES = Object.keys(TRANSITIONS) as readonly DeliveryStatus[];

/** Whether a delivery may go from one status to the other. Never from a status to itself: a repeated step is refused. */
export function mayGo(from: DeliveryStatus, to: DeliveryStatus): boolean {
  return TABLE[from].includes(to);
}

/** Whether a delivery in this status is over. */
export function isFinal(status: DeliveryStatus): boolean {
  return TABLE[status].length === 0;
}

/** Whether a courier has it in hand, so that positions are taken. */
export function isDriven(status: DeliveryStatus): boolean {
  return status === "assigned" || status === "picked_up";
}
