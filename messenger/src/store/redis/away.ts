import { DomainError } from "@animal-delivery/platform/errors";

/** Whether the store did not answer: the step may be done, or not. */
export function isAway(error: unknown): boolean {
  return error instanceof DomainError && error.kind === "unavailable";
}

/** For what follows a step that is done, and is mended by others when the store goes away now. */
export async function mendedLater(rest: Promise<unknown>): Promise<void> {
  try {
    await rest;
  } catch (error) {
    if (!isAway(error)) throw error;
  }
}
