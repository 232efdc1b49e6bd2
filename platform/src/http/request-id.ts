import { randomUUIDv7 } from "node:crypto";
import { isFitId } from "../request-context.ts";

/** The caller's own id when it is fit to be one, else a new one. */
export function requestIdOf(header: string | null | undefined): string {
  return header && isFitId(header) ? header : randomUUIDv7();
}
