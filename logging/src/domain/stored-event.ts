/** An event as it is stored. */
export interface StoredEvent {
  readonly eventId: string;
  /** The full name of its message. */
  readonly type: string;
  readonly aggregateId: string;
  readonly aggregateVersion: bigint;
  readonly occurredAt: Date;
  readonly correlationId: string;
  /** 32 hex digits; empty when none. */
  readonly traceId: string;
  /** The order that the event speaks of; empty when none. */
  readonly orderId: string;
  readonly topic: string;
  /** The event's message as a JSON object. */
  readonly payload: string;
}
