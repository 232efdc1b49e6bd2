import type { z } from "zod";
import { readJsonBody, readUrlEncodedBody } from "@animal-delivery/transcoder/read-body";
import { InvalidRequest } from "@animal-delivery/platform/http/problem";

const BODY_BYTES_MAX = 16_384;

/**
 * Reads a JSON body by a schema; an empty body is an empty object.
 *
 * @throws {TranscodingError} unsupportedMediaType, tooLarge, invalid; {InvalidRequest} naming each field.
 */
export async function readForm<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  return parsed(schema, (await readJsonBody(request, BODY_BYTES_MAX)) ?? {});
}

/** The same for a body that is an HTML form's, as OAuth sends it. */
export async function readUrlEncoded<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  return parsed(schema, Object.fromEntries(await readUrlEncodedBody(request, BODY_BYTES_MAX)));
}

function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new InvalidRequest(
    result.error.issues.map(({ path, message }) => ({ field: path.join("."), message: message.toLowerCase() })),
  );
}
