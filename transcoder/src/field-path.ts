import type { DescField, DescMessage } from "@bufbuild/protobuf";

/** A way from a message down to a field inside it; never empty. */
export type FieldPath = readonly [DescField, ...DescField[]];

/** How deep a path may go: messages may hold themselves. */
const DEPTH_MAX = 32;

/** The field with this name, as the proto or as JSON has it. */
export function fieldOf(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name || field.jsonName === name);
}

/** Resolves `product.product_id` or `product.productId`; undefined when no field is there or the way leads through a list or map. */
export function resolveFieldPath(message: DescMessage, dotted: string): FieldPath | undefined {
  const names = dotted.split(".");
  if (names.length > DEPTH_MAX) return undefined;
  const fields: DescField[] = [];
  let at: DescMessage | undefined = message;
  for (const name of names) {
    const field: DescField | undefined = at && fieldOf(at, name);
    if (!field) return undefined;
    fields.push(field);
    at = field.fieldKind === "message" ? field.message : undefined;
  }
  const [first, ...others] = fields;
  return first && [first, ...others];
}

/** The path in the names of the proto: `product.product_id`. */
export function dottedName(path: readonly DescField[]): string {
  return path.map((field) => field.name).join(".");
}
