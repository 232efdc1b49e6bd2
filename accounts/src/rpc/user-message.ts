import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  UserState as StateMessage,
  type LoginSessionSchema,
  type User as UserMessage,
  type UserSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { etagOf } from "@animal-delivery/platform/etag";
import type { OpenSession } from "../directory/user-directory.ts";
import { normalEmail } from "../domain/email.ts";
import { rolesOf, type Profile, type Role, type User, type UserState } from "../domain/user.ts";

const STATES = {
  pending: StateMessage.PENDING,
  active: StateMessage.ACTIVE,
  deleting: StateMessage.DELETING,
} as const satisfies Record<UserState, StateMessage>;

/** Undefined for USER_STATE_UNSPECIFIED. */
export function stateOf(message: StateMessage): UserState | undefined {
  const states = Object.keys(STATES) as UserState[];
  return states.find((state) => STATES[state] === message);
}

/** Undefined for the empty text. */
export function roleOf(text: string): Role | undefined {
  return rolesOf([text])[0];
}

export function userMessage(user: User): MessageInitShape<typeof UserSchema> {
  return {
    userId: user.userId,
    email: user.email,
    emailVerified: user.emailVerified,
    displayName: user.displayName,
    phone: user.phone,
    locale: user.locale,
    roles: [...user.roles],
    state: STATES[user.state],
    etag: etagOf(user.revision),
    createdAt: timestampFromDate(user.createdAt),
    updatedAt: timestampFromDate(user.updatedAt),
  };
}

/** What somebody says of a user. */
export function profileOf({ email, displayName, phone, locale, roles }: UserMessage): Profile {
  return { email: normalEmail(email), displayName, phone, locale, roles: rolesOf(roles) };
}

/** @param currentId the session by which the request came. */
export function sessionMessage(
  { sessionId, startedAt, lastUsedAt, clientId }: OpenSession,
  currentId: string,
): MessageInitShape<typeof LoginSessionSchema> {
  return {
    sessionId,
    startedAt: timestampFromDate(startedAt),
    lastUsedAt: timestampFromDate(lastUsedAt),
    clientId,
    current: sessionId === currentId,
  };
}
