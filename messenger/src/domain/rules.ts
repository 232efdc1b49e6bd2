import type { Door } from "./chat.ts";
import { alreadyAMember, chatPublic, chatReadOnly, creatorStays, notAMember, notTheCreator } from "./refusals.ts";

/** Whether the caller sees what is in a chat. */
export function mayRead({ isPrivate, standing }: Door): boolean {
  return !isPrivate || standing === "creator" || standing === "member";
}

/** @throws {DomainError} forbidden NOT_A_MEMBER */
export function assertMayRead(door: Door): void {
  if (!mayRead(door)) throw notAMember();
}

/** @throws {DomainError} forbidden NOT_A_MEMBER, refused CHAT_READ_ONLY */
export function assertMayWrite(door: Door): void {
  assertMayRead(door);
  if (door.isReadOnly && door.standing !== "creator") throw chatReadOnly();
}

/** @throws {DomainError} forbidden NOT_A_MEMBER, forbidden NOT_THE_CREATOR */
export function assertIsCreator(door: Door): void {
  assertMayRead(door);
  if (door.standing !== "creator") throw notTheCreator();
}

/** @throws {DomainError} refused CHAT_PUBLIC, alreadyExists ALREADY_A_MEMBER */
export function assertMayAsk({ isPrivate, standing }: Door): void {
  if (!isPrivate) throw chatPublic();
  if (standing === "creator" || standing === "member") throw alreadyAMember();
}

/**
 * Members leave, and the creator puts out anybody but themselves.
 *
 * @throws {DomainError} forbidden NOT_A_MEMBER, forbidden NOT_THE_CREATOR, refused CREATOR_STAYS
 */
export function assertMayRemove(door: Door, whom: { readonly isSelf: boolean; readonly isCreator: boolean }): void {
  assertMayRead(door);
  if (!whom.isSelf && door.standing !== "creator") throw notTheCreator();
  if (whom.isCreator) throw creatorStays();
}
