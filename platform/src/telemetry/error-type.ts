import { DomainError } from "../errors.ts";

/** What kind of error a span ended with, `error.type`: a reason, a code or a class, never its text, which may name people. */
export function errorType(error: unknown): string {
  if (error instanceof DomainError) return error.reason;
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
