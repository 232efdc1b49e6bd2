import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListAuditRequest,
  ListAuditResponseSchema,
} from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { auditEntryOf } from "../domain/audit-entry.ts";
import { type AuditFilter, listAudit } from "../store/audit-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { EVENT_PLACE } from "./event-page.ts";
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
    read: (after, limit) => listAudit(reader, filter, after, limit),
    ...EVENT_PLACE,
  });
  return { entries: items.map((event) => auditMessage(auditEntryOf(event))), nextPageToken };
}
