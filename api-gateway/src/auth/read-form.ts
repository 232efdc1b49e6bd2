import type { z } from "zod";
import { readJsonBody } from "@animal-delivery/transcoder/read-body";
import { InvalidRequest } from "../problems/problem.ts";

const BODY_BYTES_MAX = 16_384;

/**
 * Reads a JSON body by a schema; an empty body is an empty object.
 *
 * @throws {TranscodingError} unsupportedMediaType, tooLarge, invalid; {InvalidRequest} naming each field.
 */
export async function readForm<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const result = schema.safeParse((await readJsonBody(request, BODY_BYTES_MAX)) ?? {});
  if (result.success) return result.data;
  throw new InvalidRequest(
    result.error.issues.map(({ path, message }) => ({ field: path.join("."), message: message.toLowerCase() })),
  );
}
