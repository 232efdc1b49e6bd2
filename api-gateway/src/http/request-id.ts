import { randomUUIDv7 } from "node:crypto";

/** What a caller may choose: anything that reads well in a log and cannot be mistaken for something else there. */
const ID = /^[\w.:@=+/-]{1,128}$/;

/** The caller's own id when it is fit to be one, else a new one. */
export function requestIdOf(header: string | null | undefined): string {
  return header && ID.test(header) ? header : randomUUIDv7();
}
