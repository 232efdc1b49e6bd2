import { type DescField, type DescMessage, type JsonValue } from "@bufbuild/protobuf";
import { fieldOf, resolveFieldPath, dottedName } from "./field-path.ts";
import { invalidRequest } from "./transcoding-error.ts";

const FIELD_MASK = "google.protobuf.FieldMask";

/** The request's field `update_mask`; undefined when it has none. */
export function updateMaskField(request: DescMessage): DescField | undefined {
  const field = fieldOf(request, "update_mask");
  return field?.fieldKind === "message" && field.message.typeName === FIELD_MASK ? field : undefined;
}

/**
 * The fields that a PATCH body names, as paths below the patched message: `title`, `animal.breed`. A field that the URL
 * fills is not named by the body.
 */
export function maskOfBody(message: DescMessage, body: JsonValue, without: ReadonlySet<string>): string[] {
  return leavesOf(message, body, "").filter((path) => !without.has(path));
}

function leavesOf(message: DescMessage, json: JsonValue, prefix: string): string[] {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const field = fieldOf(message, key);
    if (!field) return [];
    const path = prefix + field.name;
    const inside =
      field.fieldKind === "message" && !field.message.typeName.startsWith("google.protobuf.")
        ? leavesOf(field.message, value, `${path}.`)
        : [];
    return inside.length > 0 ? inside : [path];
  });
}

/**
 * The paths of a mask given in the query, in the names of the proto, whichever way they were spelled. `*` stays.
 *
 * @throws {TranscodingError} invalid for a path that names no field.
 */
export function maskOfQuery(message: DescMessage, texts: readonly string[]): string[] {
  const paths = texts.flatMap((text) => text.split(",")).filter((path) => path !== "");
  const unknown = paths.filter((path) => path !== "*" && !resolveFieldPath(message, path));
  if (unknown.length > 0) {
    throw invalidRequest(
      unknown.map((path) => ({ field: "update_mask", message: `${JSON.stringify(path)} is not a field` })),
    );
  }
  return paths.map((path) => dottedName(resolveFieldPath(message, path) ?? []) || path);
}
