import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListUsersStreamRequest,
  ListUsersStreamResponseSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { listUsersById } from "../store/list-users.ts";
import { resumeAfter, resumeTokenOf } from "./resume-token.ts";
import { roleOf, stateOf, userMessage } from "./user-message.ts";

/**
 * No more users than this are in memory for one stream; the next are read when these were sent. Few enough to be gone at the
 * next collections of the young heap: pages of 300 outlive those, and 60,000 users hold 100 MB until the old heap is collected.
 */
const PAGE_USERS = 100;

/** All users by id, one message each. No connection is held while the reader takes their time. */
export async function* streamUsers(
  db: Queryable,
  request: ListUsersStreamRequest,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof ListUsersStreamResponseSchema>> {
  const filters = { role: roleOf(request.role), state: stateOf(request.state) };
  const marks = [filters.role ?? "", filters.state ?? ""];
  let afterId = resumeAfter(marks, request.resumeToken);
  for (;;) {
    signal.throwIfAborted();
    const users = await listUsersById(db, filters, afterId, PAGE_USERS);
    for (const user of users) {
      afterId = user.userId;
      yield { user: userMessage(user), resumeToken: resumeTokenOf(marks, afterId) };
    }
    if (users.length < PAGE_USERS) return;
  }
}
