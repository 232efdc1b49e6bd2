/** A part of the document. Its shape is held by the OpenAPI linter in the tests, not by types. */
export interface JsonObject {
  [key: string]: unknown;
}

/** The object without the keys that have no value. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));
}
