import { fromBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { AuditRecordedSchema } from "@animal-delivery/contracts/gen/operations/v1/audit_events_pb";
import { expect, it } from "vitest";
import type { Bus, BusRecord } from "../bus/bus.ts";
import { auditOn } from "./audit-trail.ts";

const ACT = { actor: "root", action: "reload", resource: "policy", resourceId: "logging", after: { state: "new" } };

it("the audit of a service without a database goes straight to the topic", async () => {
  const published: [string, BusRecord][] = [];

  await auditOn(busOf(published, 0))(ACT);

  const [[topic, { key, value, headers }]] = published as [[string, BusRecord]];
  const envelope = fromBinary(EventEnvelopeSchema, value);
  expect(topic).toBe("audit.events");
  expect(envelope).toMatchObject({ aggregateId: key, aggregateVersion: 1n, type: "operations.v1.AuditRecorded" });
  expect(headers).toMatchObject({ "event-id": envelope.eventId, "event-type": envelope.type });
  expect(fromBinary(AuditRecordedSchema, envelope.payload)).toMatchObject({ ...ACT, auditId: key, reason: "" });
});

it("the audit fails when the bus does not acknowledge it", async () => {
  await expect(auditOn(busOf([]))(ACT)).rejects.toMatchObject({ kind: "unavailable" });
});

/** A bus that keeps what is published and acknowledges these indices. */
function busOf(published: [string, BusRecord][], ...acknowledged: number[]): Bus {
  return {
    publish: (topic: string, records: readonly BusRecord[]) => {
      published.push(...records.map((record): [string, BusRecord] => [topic, record]));
      return Promise.resolve(new Set(acknowledged));
    },
  } as unknown as Bus;
}
