import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import {
  UserCreatedSchema,
  UserDeletedSchema,
  UserUpdatedSchema,
} from "@animal-delivery/contracts/gen/users/v1/user_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { User } from "../domain/user.ts";
import { ACCOUNTS_TOPIC } from "./topic.ts";

export function appendUserCreated(tx: Transaction, user: User): Promise<void> {
  return append(tx, user, UserCreatedSchema, { userId: user.userId });
}

/** @param fields the contract's names. */
export function appendUserUpdated(tx: Transaction, user: User, fields: string[]): Promise<void> {
  return append(tx, user, UserUpdatedSchema, { userId: user.userId, fields });
}

export function appendUserDeleted(tx: Transaction, user: User): Promise<void> {
  return append(tx, user, UserDeletedSchema, { userId: user.userId });
}

function append<D extends DescMessage>(tx: Transaction, user: User, schema: D, message: MessageInitShape<D>) {
  return appendEvent(tx, {
    topic: ACCOUNTS_TOPIC,
    aggregateId: user.userId,
    aggregateVersion: user.version,
    schema,
    message,
    occurredAt: user.updatedAt,
  });
}
