import { z } from "zod";

/** The names of the variables that a schema reads: the keys of the object at its start, whatever it is turned into. */
export function variablesOf(schema: z.ZodType): ReadonlySet<string> {
  let start: unknown = schema;
  while (start instanceof z.ZodPipe) start = start.in;
  return new Set(start instanceof z.ZodObject ? Object.keys(start.shape) : []);
}
