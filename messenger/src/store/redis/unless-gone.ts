import { DomainError } from "@animal-delivery/platform/errors";

/** Undefined when there is no such chat any more. */
export async function unlessGone<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof DomainError && error.kind === "notFound") return undefined;
    throw error;
  }
}
