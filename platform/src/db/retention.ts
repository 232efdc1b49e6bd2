const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long the platform's own tables keep their rows. Each that grows has a line. */
export const RETENTION_MS = {
  /** Published events; the bus has them. */
  outboxSent: DAY_MS,
  /** Event ids that consumers know: longer than an event can come again. */
  inbox: 7 * DAY_MS,
  /** How far a consumer is with an aggregate that has had no event since. */
  inboxHeads: 90 * DAY_MS,
  /** Answers to requests with an idempotency key; part of the API's promise. */
  idempotency: DAY_MS,
  /** What was done and undone of sagas: far longer than a command can come late. */
  sagaParticipations: 90 * DAY_MS,
} as const;
