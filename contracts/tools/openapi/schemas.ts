import { ScalarType, type DescEnum, type DescField, type DescMessage } from "@bufbuild/protobuf";
import type { CommentOf } from "../contract/comments.ts";
import { constraintsOf, isRequired } from "./constraints.ts";
import { compact, type JsonObject } from "./json.ts";

/** The JSON schemas of messages; those that were asked for end up in `components.schemas`. */
export interface Schemas {
  /** The schema of a field, with its rules and its comment. */
  field(field: DescField, variant?: Variant): JsonObject;
  /** A reference to the message's schema. */
  message(message: DescMessage, variant?: Variant): JsonObject;
  /** An object of some fields of a message. */
  object(message: DescMessage, fields: readonly DescField[], variant?: Variant): JsonObject;
  /** Every schema that a reference points to, by name. */
  components(): JsonObject;
}

/** `patch`: every field may be left out, in messages inside too, since what the body holds is what changes. */
type Variant = "whole" | "patch";

export function createSchemas(commentOf: CommentOf): Schemas {
  const components = new Map<string, JsonObject>();

  const schemas: Schemas = {
    field(field, variant = "whole") {
      return { ...one(field, variant), ...constraintsOf(field), ...compact({ description: commentOf(field) }) };
    },
    message(message, variant = "whole") {
      const wellKnown = WELL_KNOWN[message.typeName];
      if (wellKnown) return { ...wellKnown };
      return refer(variant === "patch" ? `${message.typeName}.Patch` : message.typeName, () => {
        return { description: commentOf(message), ...schemas.object(message, message.fields, variant) };
      });
    },
    object(_message, fields, variant = "whole") {
      const required = variant === "patch" ? [] : fields.filter(isRequired).map((field) => field.name);
      return {
        type: "object",
        properties: Object.fromEntries(fields.map((field) => [field.name, schemas.field(field, variant)])),
        ...(required.length > 0 ? { required } : {}),
      };
    },
    components: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  };

  /** Enters the name first, so that a message that holds itself ends. */
  function refer(name: string, build: () => JsonObject): JsonObject {
    if (!components.has(name)) {
      components.set(name, {});
      components.set(name, compact(build()));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function one(field: DescField, variant: Variant): JsonObject {
    if (field.fieldKind === "list") return { type: "array", items: value(field, "whole") };
    if (field.fieldKind === "map") return { type: "object", additionalProperties: value(field, "whole") };
    return value(field, variant);
  }

  function value(field: DescField, variant: Variant): JsonObject {
    if (field.message) return schemas.message(field.message, variant);
    if (field.enum) return enumeration(field.enum);
    return field.scalar === undefined ? {} : { ...SCALARS[field.scalar] };
  }

  function enumeration(desc: DescEnum): JsonObject {
    return refer(desc.typeName, () => {
      const values = desc.values.map((each) => `- \`${each.name}\`: ${commentOf(each)}`);
      return {
        type: "string",
        enum: desc.values.map((each) => each.name),
        description: [commentOf(desc), "", ...values].join("\n"),
      };
    });
  }

  return schemas;
}

const INT32: JsonObject = { type: "integer", format: "int32" };
const UINT32: JsonObject = { type: "integer", format: "int64", minimum: 0, maximum: 4_294_967_295 };
/** 64 bits do not fit a JSON number everywhere: protobuf's JSON writes them as strings. */
const INT64: JsonObject = { type: "string", format: "int64" };

const SCALARS: Record<ScalarType, JsonObject> = {
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
  [ScalarType.DOUBLE]: { type: "number", format: "double" },
  [ScalarType.FLOAT]: { type: "number", format: "float" },
  [ScalarType.INT32]: INT32,
  [ScalarType.SINT32]: INT32,
  [ScalarType.SFIXED32]: INT32,
  [ScalarType.UINT32]: UINT32,
  [ScalarType.FIXED32]: UINT32,
  [ScalarType.INT64]: INT64,
  [ScalarType.SINT64]: INT64,
  [ScalarType.SFIXED64]: INT64,
  [ScalarType.UINT64]: INT64,
  [ScalarType.FIXED64]: INT64,
};

const WELL_KNOWN: Record<string, JsonObject> = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": { type: "string", pattern: String.raw`^-?\d+(\.\d{1,9})?s$` },
  "google.protobuf.FieldMask": { type: "string" },
  "google.protobuf.Struct": { type: "object", additionalProperties: true },
  "google.protobuf.Value": {},
  "google.protobuf.Empty": { type: "object" },
};
