import type { Patience } from "../domain/plan.ts";

/** A few rows of one service: forgiven a restart of the participant, given up before a person stops waiting for good. */
export const SOON: Patience = { timeoutMs: 5_000, attempts: 10 };

/** Everything that somebody ever did: longer, but still so short that who was away is asked again within ten seconds. */
export const LONG: Patience = { timeoutMs: 8_000, attempts: 10 };
