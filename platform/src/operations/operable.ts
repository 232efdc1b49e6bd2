import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../db/database.ts";
import type { EventHandler } from "../inbox/event-handler.ts";

/** What operators can get at in a service. */
export interface Operable {
  /** Where acts are told of that change no row: `auditIn(db)`, or `auditOn(bus)` without a database. */
  readonly audit: AuditTrail;
  /** Its outbox and inbox; undefined for a service without a database. */
  readonly events?: OperableEvents;
}

export interface OperableEvents {
  readonly db: Database;
  /** Every consumer that parks events: those of `consumeEvents` without `failures` of their own. */
  readonly consumers: readonly ReplayableConsumer[];
}

export interface ReplayableConsumer {
  readonly consumer: string;
  /** The handlers that the consumer itself has. */
  readonly handlers: readonly EventHandler[];
}
