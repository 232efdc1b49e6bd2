import { expect } from "vitest";
import { DomainError } from "@animal-delivery/platform/errors";
import * as refusals from "../../domain/refusals.ts";

/** What the stores refuse with. */
const REFUSALS = [
  refusals.sessionsFull(0),
  refusals.chatsFull(0),
  refusals.chatNotFound(),
  refusals.chatExpired(),
  refusals.chatReadOnly(),
  refusals.notAMember(),
  refusals.notTheCreator(),
  refusals.alreadyAMember(),
  refusals.chatPublic(),
  refusals.joinRequestsFull(),
  refusals.joinRequestNotFound(),
  refusals.membersFull(),
  refusals.memberNotFound(),
  refusals.creatorStays(),
  refusals.keyReused(),
];

/** What came of a call: "done", or the reason of the refusal, whose kind is looked at here. What is no refusal is thrown on. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(REFUSALS.map(({ kind, reason }) => `${kind} ${reason}`)).toContain(`${error.kind} ${error.reason}`);
    return error.reason;
  }
}

/** How many of the calls came to what. */
export async function tallyOf(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (const outcome of await Promise.all(calls.map(outcomeOf))) tally[outcome] = (tally[outcome] ?? 0) + 1;
  return tally;
}
