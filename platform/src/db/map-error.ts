import { DatabaseError } from "pg";
import { DomainError } from "../errors.ts";

/** A lock or a serial order that was not to be had; the transaction is gone and may be tried again. */
const CONTENTION = new Set(["40001", "40P01", "55P03"]);

/** The server is going, coming or full, or ended this connection: SQLSTATE classes 08, 53 and 57P. */
const AWAY = /^(08|53|57P|25P03)/;

const QUERY_CANCELED = "57014";

/** A character that Postgres cannot hold, in text or in jsonb: U+0000. Only a caller's text can have one. */
const CHARACTER_REFUSED = new Set(["22021", "22P05"]);

/** Errors of the program, not of the connection. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** What Postgres said: the SQLSTATE of an error or of its cause; undefined when it did not come from Postgres. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code;
  return error instanceof Error && error.cause !== undefined ? sqlStateOf(error.cause) : undefined;
}

/** Whether the connection that met this error is of no more use. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  return !(error instanceof DatabaseError) || error.severity === "FATAL" || error.severity === "PANIC";
}

/** Gives an error of pg the kind that callers know; constraint violations and bugs stay what they are. */
export function mapError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  if (BUGS.some((bug) => error instanceof bug)) return error;
  if (!(error instanceof DatabaseError)) return databaseAway(error);

  const state = error.code ?? "";
  if (state === QUERY_CANCELED) return statementCancelled(error);
  if (CHARACTER_REFUSED.has(state)) return characterRefused(error);
  return CONTENTION.has(state) || AWAY.test(state) ? databaseAway(error) : error;
}

function characterRefused(cause: unknown): DomainError {
  return new DomainError("invalid", "REQUEST_INVALID", "a text holds the character U+0000", {}, { cause });
}

/** The refusal when Postgres does not answer, or not in time to be of use. */
export function databaseAway(cause: unknown): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", "the database is not available", {}, { cause });
}

/** The refusal when a statement ran into its time limit, or the caller gave up. */
export function statementCancelled(cause: unknown): DomainError {
  return new DomainError("deadlineExceeded", "DEADLINE_EXCEEDED", "the database did not answer in time", {}, { cause });
}
