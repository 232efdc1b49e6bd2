// Drives LogService.ListAudit through its RPC surface against a real ClickHouse in which everything was stored twice.
import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { AuditRecordedSchema } from "@animal-delivery/contracts/gen/operations/v1/audit_events_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { eventRecord } from "../event-records.ts";
import { type TestLogging, testLogging } from "../test-logging.ts";
import type { TestEngines } from "../test-engines.ts";

const START = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
const ACTS = 25;

let logging: TestLogging;

export function listAuditSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
    const acts = Array.from({ length: ACTS }, (_, n) =>
      act(n, {
        actor: n % 5 === 0 ? "root" : "rita",
        action: n % 2 === 0 ? "skip" : "replay",
        resource: "parked_event",
        resourceId: `event ${n}`,
      }),
    );
    const order = eventRecord({ schema: OrderCreatedSchema, message: { orderId: "o" }, aggregateId: "o" });
    await logging.store(
      { topic: "audit.events", partition: 0, records: acts },
      { topic: "orders.events", partition: 0, records: [order] },
    );
  });

  afterAll(() => logging[Symbol.asyncDispose]());

  describe("ListAudit", () => {
    it("tells each act once, the newest first, in pages that miss none", async () => {
      const seen: string[] = [];
      let pageToken = "";
      do {
        const page = await logging.client.listAudit({ pageSize: 7, pageToken });
        seen.push(...page.entries.map(({ resourceId }) => resourceId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");

      // Ten share each millisecond: among them the order is of no meaning.
      expect(seen.map(millisecondOf)).toEqual(seen.map(millisecondOf).toSorted((left, right) => right - left));
      expect(new Set(seen).size).toBe(ACTS);
      expect(seen).toHaveLength(ACTS);
    });

    it("tells all of an act", async () => {
      const [traceId, auditId] = [randomUUID().replaceAll("-", ""), randomUUID()];
      const message = {
        actor: "root",
        action: "skip",
        resource: "outbox_event",
        resourceId: "whole",
        reason: "told by hand",
        before: { state: "parked", cause: "REQUEST_TOO_LARGE" },
        after: { state: "skipped" },
      };
      const record = eventRecord({
        schema: AuditRecordedSchema,
        message: { ...message, auditId },
        aggregateId: auditId,
        occurredAt: new Date(START - 5_000),
        correlationId: "corr",
        traceId,
      });
      await logging.store({ topic: "audit.events", partition: 0, records: [record] });

      const { entries } = await logging.client.listAudit({ resourceId: "whole" });

      expect(entries).toMatchObject([
        { ...message, auditId, recordedAt: timestampFromMs(START - 5_000), correlationId: "corr", traceId },
      ]);
    });

    it.each([
      [{ actor: "root", resource: "parked_event" }, 5],
      [{ action: "replay" }, 12],
      [{ actor: "root", action: "replay" }, 2],
      [{ resource: "parked_event" }, ACTS],
      [{ resource: "policy" }, 0],
      [{ resourceId: "event 3" }, 1],
      [{ resource: "parked_event", recordedAfter: timestampFromMs(START + 1) }, 15],
      [{ resource: "parked_event", recordedBefore: timestampFromMs(START + 1) }, 10],
    ])("narrows by %o", async (filter, count) => {
      expect((await logging.client.listAudit({ pageSize: 200, ...filter })).entries).toHaveLength(count);
    });

    it("refuses a page token of other filters", async () => {
      const { nextPageToken: pageToken } = await logging.client.listAudit({ pageSize: 1 });

      expect(await refusalOf(logging.client.listAudit({ actor: "rita", pageToken }))).toMatchObject({
        reason: "PAGE_TOKEN_INVALID",
      });
    });

    it("has what no other list has: dispatchers may list events", async () => {
      const { events } = await logging.client.listEvents({ pageSize: 200 });

      expect(events.map(({ type }) => type)).toEqual(["orders.v1.OrderCreated"]);
      expect((await logging.client.listEvents({ type: AuditRecordedSchema.typeName })).events).toEqual([]);
    });
  });
}

function act(n: number, message: MessageInitShape<typeof AuditRecordedSchema>) {
  const auditId = randomUUID();
  const occurredAt = new Date(START + Math.floor(n / 10));
  return eventRecord({
    schema: AuditRecordedSchema,
    message: { ...message, auditId },
    aggregateId: auditId,
    occurredAt,
  });
}

/** In which millisecond an act happened. */
function millisecondOf(resourceId: string): number {
  return Math.floor(Number(resourceId.split(" ")[1]) / 10);
}
