import { type DescEnum, type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/** Messages that JSON writes as one text, so that a path or a query can hold them. */
const TEXT_MESSAGES = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"]);

/** Whether a path or a query parameter can fill the field. */
export function takesText(field: DescField): boolean {
  return field.fieldKind !== "map" && (!field.message || isTextMessage(field.message));
}

/** The JSON value that stands for a text in a path or a query; wrong texts stay texts, for the JSON reader to refuse. */
export function jsonOfText(field: DescField, text: string): JsonValue {
  if (field.enum) return numberedEnum(field.enum, text);
  if (field.message?.typeName === "google.protobuf.FieldMask")
    return text.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase());
  return scalarOf(field) === ScalarType.BOOL ? booleanOf(text) : text;
}

/** The JSON value of a parameter that may be repeated: the list of all, or the last one. */
export function jsonOfTexts(field: DescField, texts: readonly string[]): JsonValue {
  if (field.fieldKind === "list") return texts.map((text) => jsonOfText(field, text));
  return jsonOfText(field, texts.at(-1) ?? "");
}

function isTextMessage(message: DescMessage): boolean {
  return TEXT_MESSAGES.has(message.typeName) || isWrapperDesc(message);
}

function scalarOf(field: DescField): ScalarType | undefined {
  if (field.message) return isWrapperDesc(field.message) ? field.message.fields[0]?.scalar : undefined;
  return field.scalar;
}

function numberedEnum(desc: DescEnum, text: string): JsonValue {
  return /^-?\d{1,10}$/.test(text) && !desc.values.some(({ name }) => name === text) ? Number(text) : text;
}

function booleanOf(text: string): JsonValue {
  return text === "true" ? true : text === "false" ? false : text;
}
