import { getOption, hasOption, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { field as fieldRules, Ignore, type FieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { at, type Json } from "../api.ts";

/** A message that breaks one rule of the contract. */
export interface Violation {
  /** The field and the rule: `items[].quantity int32.lte`. */
  readonly name: string;
  readonly message: Json;
}

interface Place {
  readonly root: Json;
  /** Where the field's message stands inside the root. */
  readonly path: readonly (string | number)[];
  readonly label: string;
}

/** Each rule of a message's fields, broken once by a change of the example, which holds every field with a rule. */
export function violationsOf(message: DescMessage, example: Json): Violation[] {
  return walk(message, { root: example, path: [], label: "" });
}

function walk(message: DescMessage, place: Place): Violation[] {
  return message.fields.flatMap((field) => {
    const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
    if (rules?.ignore === Ignore.ALWAYS) return [];
    const own = rules ? broken(field, rules, place) : [];
    return [...own, ...nested(field, place)];
  });
}

/** Violations inside the field's own message, where the example has one. */
function nested(field: DescField, place: Place): Violation[] {
  const inner = at(place.root, ...place.path, field.name);
  if (field.fieldKind === "message" && isObject(inner)) {
    return walk(field.message, { ...place, path: [...place.path, field.name], label: `${place.label}${field.name}.` });
  }
  if (
    field.fieldKind === "list" &&
    field.listKind === "message" &&
    Array.isArray(inner) &&
    isObject(inner[0] ?? null)
  ) {
    const path = [...place.path, field.name, 0];
    return walk(field.message, { ...place, path, label: `${place.label}${field.name}[].` });
  }
  return [];
}

function broken(field: DescField, rules: FieldRules, place: Place): Violation[] {
  const found: Violation[] = [];
  const violate = (rule: string, value: Json | undefined): void => {
    const message = replaced(place, field.name, value);
    if (message !== undefined) found.push({ name: `${place.label}${field.name} ${rule}`, message });
  };
  if (rules.required) violate("required", undefined);
  const { type } = rules;
  if (type.case === "string") {
    const rule = type.value;
    if (rule.minLen > 0n) violate("string.min_len", "");
    if (rule.maxLen > 0n) violate("string.max_len", "x".repeat(Number(rule.maxLen) + 1));
    if (rule.pattern !== "") violate("string.pattern", textAgainst(rule.pattern));
    if (rule.wellKnown.case === "uuid" && rule.wellKnown.value) violate("string.uuid", "no-uuid");
  } else if (type.case === "int32" || type.case === "int64" || type.case === "double") {
    const { greaterThan, lessThan } = type.value;
    const text = (value: number | bigint): Json => (type.case === "int64" ? String(value) : Number(value));
    if (greaterThan.case === "gte") violate(`${type.case}.gte`, text(less(greaterThan.value)));
    if (lessThan.case === "lte") violate(`${type.case}.lte`, text(more(lessThan.value)));
  } else if (type.case === "enum") {
    if (type.value.definedOnly) violate("enum.defined_only", 12_345);
    if (type.value.notIn.includes(0)) violate("enum.not_in", 0);
  } else if (type.case === "repeated") {
    const items = at(place.root, ...place.path, field.name);
    if (type.value.minItems > 0n) violate("repeated.min_items", []);
    if (type.value.maxItems > 0n && Array.isArray(items) && items[0] !== undefined) {
      const item = items[0];
      violate(
        "repeated.max_items",
        Array.from({ length: Number(type.value.maxItems) + 1 }, () => item),
      );
    }
  }
  return found;
}

/** A text that the pattern does not allow. */
function textAgainst(pattern: string): string {
  const text = ["?", "a\u0000b"].find((text) => !new RegExp(pattern, "u").test(text));
  if (text === undefined) throw new Error(`no text at hand breaks the pattern ${pattern}`);
  return text;
}

/** The whole message with one field set, or removed when `value` is undefined; undefined where its parent is not there. */
function replaced(place: Place, name: string, value: Json | undefined): Json | undefined {
  const root = structuredClone(place.root);
  const owner = at(root, ...place.path);
  if (!isObject(owner)) return undefined;
  if (value === undefined) delete owner[name];
  else owner[name] = value;
  return root;
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function less(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? value - 1n : value - 1;
}

function more(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? value + 1n : value + 1;
}
