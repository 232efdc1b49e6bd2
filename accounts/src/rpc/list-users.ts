import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListUsersRequest,
  ListUsersResponseSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { textAt } from "@animal-delivery/platform/page-position";
import { normalEmail } from "../domain/email.ts";
import { listUsers } from "../store/list-users.ts";
import { roleOf, stateOf, userMessage } from "./user-message.ts";

/** One page of all users. */
export async function userPage(
  db: Queryable,
  request: ListUsersRequest,
): Promise<MessageInitShape<typeof ListUsersResponseSchema>> {
  const filters = {
    emailPrefix: normalEmail(request.emailPrefix),
    role: roleOf(request.role),
    state: stateOf(request.state),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters,
    positionOf: (key) => ({ email: textAt(key, 0), userId: textAt(key, 1) }),
    read: (after, limit) => listUsers(db, filters, after, limit),
    keyOf: ({ email, userId }) => [email, userId],
  });
  return { users: items.map(userMessage), nextPageToken };
}
