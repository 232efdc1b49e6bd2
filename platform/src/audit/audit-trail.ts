import type { Bus } from "../bus/bus.ts";
import type { Database } from "../db/database.ts";
import { DomainError } from "../errors.ts";
import { eventRecord } from "../outbox/event-record.ts";
import { type Act, auditRecorded } from "./act.ts";
import { recordAudit } from "./record-audit.ts";

/**
 * Tells of an act that changes no row of a database, before it is done: one that nobody is told of does not happen.
 *
 * @throws {DomainError} unavailable when the record cannot be kept.
 */
export type AuditTrail = (act: Act) => Promise<void>;

/** Through the outbox: the record is published later, whatever is away now. */
export function auditIn(db: Database): AuditTrail {
  return (act) => db.transaction((tx) => recordAudit(tx, act));
}

/** Straight to the bus, for a service without a database. */
export function auditOn(bus: Bus): AuditTrail {
  return async (act) => {
    const { topic, ...record } = eventRecord(auditRecorded(act));
    const acknowledged = await bus.publish(topic, [record]);
    if (!acknowledged.has(0)) throw new DomainError("unavailable", "UNAVAILABLE", "the audit could not be kept");
  };
}
