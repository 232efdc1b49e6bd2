import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonReadOptions,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import { fieldOf } from "./field-path.ts";
import type { Violation } from "./transcoding-error.ts";

/** How many are told; the rest is as wrong as these. */
const VIOLATIONS_MAX = 100;
/** How many values of an enum are named. */
const ENUM_VALUES_MAX = 20;

/**
 * Says what is wrong with JSON that the message's reader refused, every field at once. Runs only after a refusal, so it
 * may be slow: it asks the reader about each field alone.
 */
export function violationsOf(message: DescMessage, json: JsonValue, options?: Partial<JsonReadOptions>): Violation[] {
  const found: Violation[] = [];
  diagnoseMessage({ found, options: options ?? {} }, message, json, "");
  if (found.length === 0)
    found.push({ field: "", message: "is nested too deep or sets two fields of which one is allowed" });
  return found.slice(0, VIOLATIONS_MAX);
}

interface Diagnosis {
  readonly found: Violation[];
  readonly options: Partial<JsonReadOptions>;
}

function diagnoseMessage(diagnosis: Diagnosis, message: DescMessage, json: JsonValue, path: string): void {
  const { found } = diagnosis;
  if (!isObject(json)) {
    found.push({ field: path, message: expectedMessage(message) });
    return;
  }
  const seen = new Set<DescField>();
  for (const [key, value] of Object.entries(json)) {
    if (found.length >= VIOLATIONS_MAX) return;
    const field = fieldOf(message, key);
    const at = path === "" ? (field?.name ?? key) : `${path}.${field?.name ?? key}`;
    if (!field) found.push({ field: at, message: "is not a field of this request" });
    else if (seen.has(field)) found.push({ field: at, message: "is given twice, in snake_case and in camelCase" });
    else diagnoseField(diagnosis, message, field, value, at);
    if (field) seen.add(field);
  }
}

function diagnoseField(
  diagnosis: Diagnosis,
  parent: DescMessage,
  field: DescField,
  json: JsonValue,
  path: string,
): void {
  if (reads(diagnosis, parent, field, json)) return;
  if (field.fieldKind === "list" && Array.isArray(json)) {
    for (const [index, item] of json.entries())
      diagnoseItem(diagnosis, parent, field, item, `${path}[${index}]`, [item]);
  } else if (field.fieldKind === "map" && isObject(json)) {
    for (const [key, value] of Object.entries(json)) {
      diagnoseItem(diagnosis, parent, field, value, `${path}[${JSON.stringify(key)}]`, { [key]: value });
    }
  } else if (field.fieldKind === "list" || field.fieldKind === "map") {
    diagnosis.found.push({
      field: path,
      message: field.fieldKind === "list" ? "must be an array" : "must be an object",
    });
  } else diagnoseValue(diagnosis, field, json, path);
}

function diagnoseItem(
  diagnosis: Diagnosis,
  parent: DescMessage,
  field: DescField,
  item: JsonValue,
  path: string,
  alone: JsonValue,
): void {
  if (diagnosis.found.length < VIOLATIONS_MAX && !reads(diagnosis, parent, field, alone)) {
    diagnoseValue(diagnosis, field, item, path);
  }
}

function diagnoseValue(diagnosis: Diagnosis, field: DescField, json: JsonValue, path: string): void {
  if (field.message && json !== null && !isWellKnown(field.message)) {
    diagnoseMessage(diagnosis, field.message, json, path);
  } else diagnosis.found.push({ field: path, message: json === null ? "must not be null" : expectedValue(field) });
}

function reads({ options }: Diagnosis, parent: DescMessage, field: DescField, json: JsonValue): boolean {
  try {
    fromJson(parent, { [field.name]: json }, options);
    return true;
  } catch {
    return false;
  }
}

function expectedValue(field: DescField): string {
  if (field.message) return expectedMessage(field.message);
  if (field.enum) {
    const names = field.enum.values.map(({ name }) => name);
    return `must be one of ${names.slice(0, ENUM_VALUES_MAX).join(", ")}${names.length > ENUM_VALUES_MAX ? ", …" : ""}`;
  }
  return field.scalar === undefined ? "is not valid" : EXPECTED_SCALAR[field.scalar];
}

function expectedMessage(message: DescMessage): string {
  return EXPECTED_MESSAGE[message.typeName] ?? (isWellKnown(message) ? "is not valid" : "must be a JSON object");
}

const EXPECTED_MESSAGE: Readonly<Record<string, string>> = {
  "google.protobuf.Timestamp": "must be an RFC 3339 time such as 2026-01-31T12:00:00Z",
  "google.protobuf.Duration": "must be a duration in seconds such as 1.5s",
  "google.protobuf.FieldMask": "must be field paths in lowerCamelCase, separated by commas",
  "google.protobuf.Struct": "must be a JSON object",
};

const INT32 = "must be a whole number from -2147483648 to 2147483647";
const UINT32 = "must be a whole number from 0 to 4294967295";
const INT64 = "must be a whole number of 64 bits, best as a string";
const UINT64 = "must be a whole number of 64 bits and not negative, best as a string";

const EXPECTED_SCALAR: Record<ScalarType, string> = {
  [ScalarType.STRING]: "must be a string",
  [ScalarType.BYTES]: "must be a base64 string",
  [ScalarType.BOOL]: "must be true or false",
  [ScalarType.DOUBLE]: "must be a number",
  [ScalarType.FLOAT]: "must be a number of 32 bits",
  [ScalarType.INT32]: INT32,
  [ScalarType.SINT32]: INT32,
  [ScalarType.SFIXED32]: INT32,
  [ScalarType.UINT32]: UINT32,
  [ScalarType.FIXED32]: UINT32,
  [ScalarType.INT64]: INT64,
  [ScalarType.SINT64]: INT64,
  [ScalarType.SFIXED64]: INT64,
  [ScalarType.UINT64]: UINT64,
  [ScalarType.FIXED64]: UINT64,
};

function isWellKnown(message: DescMessage): boolean {
  return message.typeName.startsWith("google.protobuf.");
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
