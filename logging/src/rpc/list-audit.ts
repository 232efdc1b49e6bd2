import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListAuditRequest,
  ListAuditResponseSchema,
} from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import { type AuditFilter, listAudit } from "../store/audit-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { auditMessage } from "./to-message.ts";

export async function listAuditPage(
  reader: Reader,
  request: ListAuditRequest,
): Promise<MessageInitShape<typeof ListAuditResponseSchema>> {
  const filter: AuditFilter = {
    actor: request.actor,
    action: request.action,
    resource: request.resource,
    resourceId: request.resourceId,
    recordedFromMs: boundMs(request.recordedAfter),
    recordedBeforeMs: boundMs(request.recordedBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters: filter,
    positionOf: (key) => ({ occurredAtMs: timeAt(key, 0).getTime(), eventId: idAt(key, 1) }),
    read: (after, limit) => listAudit(reader, filter, after, limit),
    keyOf: ({ occurredAtMs, eventId }) => [String(occurredAtMs), eventId],
  });
  return { entries: items.map(({ entry }) => auditMessage(entry)), nextPageToken };
}
