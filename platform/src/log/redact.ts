import {
  toJson,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import {
  isReflectMessage,
  reflect,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from "@bufbuild/protobuf/reflect";
import { cut } from "./plain.ts";

/** Stands for the value of a personal field. */
export const REDACTED = "[redacted]";

const STRING_CHARS_MAX = 256;
const ITEMS_MAX = 10;
const DEPTH_MAX = 8;

/**
 * A message as its protobuf JSON (snake_case), fit for logs and traces: fields marked `debug_redact` are masked at any depth,
 * long strings and lists are cut, bytes are counted. What is unset stays out.
 */
export function redact(schema: DescMessage, message: Message): JsonValue {
  return redactMessage(reflect(schema, message, false), 0);
}

function redactMessage(message: ReflectMessage, depth: number): JsonValue {
  if (isWellKnown(message.desc)) return redactWellKnown(message);
  if (depth >= DEPTH_MAX) return "[too deep]";
  const json: JsonObject = {};
  for (const field of message.fields) {
    if (message.isSet(field)) json[field.name] = isMarked(field) ? REDACTED : redactField(field, message, depth);
  }
  return json;
}

function isMarked(field: DescField): boolean {
  return field.proto.options?.debugRedact ?? false;
}

function isWellKnown(schema: DescMessage): boolean {
  return schema.typeName.startsWith("google.protobuf.");
}

/** Timestamps, durations, wrappers and masks hold no fields of ours. What can hold anything is named only. */
function redactWellKnown({ desc, message }: ReflectMessage): JsonValue {
  const open = ["Any", "Struct", "Value", "ListValue"].some((name) => desc.typeName === `google.protobuf.${name}`);
  return open ? `[${desc.typeName}]` : toJson(desc, message);
}

function redactField(field: DescField, message: ReflectMessage, depth: number): JsonValue {
  switch (field.fieldKind) {
    case "list":
      return redactList(message.get(field), depth);
    case "map":
      return redactMap(message.get(field), depth);
    default:
      return redactValue(message.get(field), field.enum, depth);
  }
}

function redactList(list: ReflectList, depth: number): JsonValue {
  const kept = [...list].slice(0, ITEMS_MAX).map((item) => redactValue(item, list.field().enum, depth));
  return list.size <= ITEMS_MAX ? kept : [...kept, `[${list.size - ITEMS_MAX} more]`];
}

function redactMap(map: ReflectMap, depth: number): JsonValue {
  const { enum: values } = map.field();
  const kept = [...map].slice(0, ITEMS_MAX).map(([key, item]) => [String(key), redactValue(item, values, depth)]);
  return { ...Object.fromEntries(kept), ...(map.size > ITEMS_MAX && { "[cut]": `${map.size - ITEMS_MAX} more` }) };
}

/** @param values the enum that a number belongs to; undefined when it is a plain number. */
function redactValue(value: unknown, values: DescEnum | undefined, depth: number): JsonValue {
  if (isReflectMessage(value)) return redactMessage(value, depth + 1);
  if (values && typeof value === "number") return values.value[value]?.name ?? value;
  if (typeof value === "string") return cut(value, STRING_CHARS_MAX);
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  return typeof value === "boolean" || Number.isFinite(value) ? (value as boolean | number) : String(value);
}
