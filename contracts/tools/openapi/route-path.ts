import type { DescField, DescMessage } from "@bufbuild/protobuf";

/**
 * A path as OpenAPI writes it: `/v1/{name=orders/*}:cancel` -> `/v1/{name}:cancel`. Of a dotted variable the last part
 * stays, so that reading and changing one resource are two operations on one path.
 */
export function openapiPath(template: string): string {
  return template.replaceAll(/\{([^}=]+)(?:=[^}]*)?\}/g, (_, name: string) => `{${lastPart(name)}}`);
}

/** `product.product_id` -> `product_id`. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The names of the variables in a path, in its order: `order_id`, `product.product_id`. */
export function variablesOf(template: string): string[] {
  return [...template.matchAll(/\{([^}=]+)/g)].flatMap(([, name]) => name ?? []);
}

/** The field that a dotted name stands for; undefined when there is none. */
export function fieldAt(message: DescMessage, name: string): DescField | undefined {
  const [first, ...rest] = name.split(".");
  const field = message.fields.find((each) => each.name === first);
  return rest.length === 0 || !field?.message ? field : fieldAt(field.message, rest.join("."));
}
