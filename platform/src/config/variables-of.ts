import { z } from "zod";

/** The variables that a schema reads, by name: the object at its start, whatever it is turned into; none of another schema. */
export function variablesOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  let start: unknown = schema;
  while (start instanceof z.ZodPipe) start = start.in;
  return start instanceof z.ZodObject ? start.shape : {};
}
