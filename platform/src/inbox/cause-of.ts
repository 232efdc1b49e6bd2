import { DatabaseError } from "pg";
import { DomainError } from "../errors.ts";

const CAUSE_CHARS_MAX = 300;

/** Why an event failed, in a few words for people. Leaves out what may hold personal data: rows and values. */
export function causeOf(error: unknown): string {
  return textOf(error).slice(0, CAUSE_CHARS_MAX);
}

function textOf(error: unknown): string {
  if (error instanceof DomainError) return `${error.kind} ${error.reason}: ${error.message}`;
  if (error instanceof DatabaseError)
    return `postgres ${error.code ?? "error"} ${error.constraint ?? error.routine ?? ""}`.trim();
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return "something that is no error was thrown";
}
