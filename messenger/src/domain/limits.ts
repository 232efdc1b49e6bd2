/** Somebody waits at the door of one chat. */
export const JOIN_REQUESTS_MAX = 1_000;

/** People in one private chat. */
export const MEMBERS_MAX = 10_000;

/** How many messages a chat keeps when its creator does not say. */
export const HISTORY_SIZE_DEFAULT = 100;

/** How long it is remembered that a chat expired, and what a message with an idempotency key was answered. */
export const REMEMBERED_MS = 24 * 3_600_000;

/** Messages of one chat whose idempotency keys are remembered: the newest ones that had a key. */
export const KEYS_MAX = 1_000;

/** How often it is noted at the most that a session is used, so that not each call writes. */
export const USE_NOTED_MS = 3_600_000;

/** What a store may hold. */
export interface StoreLimits {
  readonly sessionsMax: number;
  readonly chatsMax: number;
  /** How long a session lives at the least that nobody uses, in milliseconds; undefined where sessions belong to accounts and live on. */
  readonly sessionIdleMs?: number | undefined;
}
