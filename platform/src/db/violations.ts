import { DatabaseError } from "pg";

/** Whether a row with the same unique value is there already; of this constraint or index when one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, "23505", constraint);
}

/** Whether a row broke a check constraint; this one when one is named. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return violates(error, "23514", constraint);
}

function violates(error: unknown, state: string, constraint: string | undefined): boolean {
  if (!(error instanceof DatabaseError) || error.code !== state) return false;
  return constraint === undefined || error.constraint === constraint;
}
