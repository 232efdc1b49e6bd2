import { getOption, hasOption, type DescField } from "@bufbuild/protobuf";
import {
  field as fieldRules,
  Ignore,
  type EnumRules,
  type FieldRules,
  type StringRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { compact, type JsonObject } from "./json.ts";

/** The rules of buf.validate that JSON Schema can say: lengths, patterns, bounds, formats. */
export function constraintsOf(field: DescField): JsonObject {
  const rules = rulesOf(field);
  switch (rules?.type.case) {
    case "string":
      return stringKeywords(rules.type.value);
    case "int32":
    case "uint32":
    case "double":
    case "float":
      return bounds(rules.type.value);
    case "repeated": {
      const { minItems, maxItems, unique } = rules.type.value;
      return compact({ minItems: count(minItems), maxItems: count(maxItems), uniqueItems: unique || undefined });
    }
    case "enum":
      return enumKeywords(rules.type.value, field);
    default:
      return {};
  }
}

/** Whether a message without this field breaks a rule: it is required, or its zero value is not allowed. */
export function isRequired(field: DescField): boolean {
  const rules = rulesOf(field);
  if (!rules || rules.ignore !== Ignore.UNSPECIFIED) return false;
  if (rules.required) return true;
  switch (rules.type.case) {
    case "string":
      return refusesEmpty(rules.type.value);
    case "int32":
    case "uint32":
    case "double":
    case "float":
    case "int64":
    case "uint64": {
      const { greaterThan } = rules.type.value;
      return (
        (greaterThan.case === "gte" && greaterThan.value > 0) || (greaterThan.case === "gt" && greaterThan.value >= 0)
      );
    }
    case "repeated":
      return Number(rules.type.value.minItems) > 0;
    case "enum":
      return rules.type.value.notIn.includes(0);
    default:
      return false;
  }
}

function rulesOf(field: DescField): FieldRules | undefined {
  return hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
}

function stringKeywords({ minLen, maxLen, pattern, wellKnown }: StringRules): JsonObject {
  const format = wellKnown.value === true && FORMATS[wellKnown.case];
  return compact({
    minLength: count(minLen),
    maxLength: count(maxLen),
    pattern,
    format: format || undefined,
  });
}

const FORMATS: Record<string, string> = { uuid: "uuid", email: "email", uri: "uri", hostname: "hostname" };

function refusesEmpty({ minLen, pattern, wellKnown }: StringRules): boolean {
  if (Number(minLen) > 0 || (wellKnown.value === true && wellKnown.case in FORMATS)) return true;
  return pattern !== "" && !new RegExp(pattern, "u").test("");
}

interface Bounded {
  readonly greaterThan: { readonly case: "gt" | "gte" | undefined; readonly value?: number | undefined };
  readonly lessThan: { readonly case: "lt" | "lte" | undefined; readonly value?: number | undefined };
}

function bounds({ greaterThan, lessThan }: Bounded): JsonObject {
  return compact({
    minimum: greaterThan.case === "gte" ? greaterThan.value : undefined,
    exclusiveMinimum: greaterThan.case === "gt" ? greaterThan.value : undefined,
    maximum: lessThan.case === "lte" ? lessThan.value : undefined,
    exclusiveMaximum: lessThan.case === "lt" ? lessThan.value : undefined,
  });
}

function enumKeywords({ notIn }: EnumRules, field: DescField): JsonObject {
  const refused = notIn.flatMap((number) => field.enum?.value[number]?.name ?? []);
  return refused.length > 0 ? { not: { enum: refused } } : {};
}

function count(value: bigint): number | undefined {
  return value > 0n ? Number(value) : undefined;
}
