import type { Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import type { JsonObject } from "./json.ts";
import { variablesOf } from "./route-path.ts";
import type { Schemas } from "./schemas.ts";

/** What a route's body holds: the whole request but what the path fills, one field of it, or nothing. */
export function requestBodyOf(
  rpc: Rpc,
  binding: Binding,
  schemas: Schemas,
  example: JsonObject,
): JsonObject | undefined {
  if (binding.body === "") return undefined;
  const schema = schemaOf(rpc, binding, schemas);
  const shown = withoutVariables(example, binding);
  return { required: true, content: { "application/json": { schema, example: shown } } };
}

function schemaOf({ method }: Rpc, { verb, path, body }: Binding, schemas: Schemas): JsonObject {
  const variant = verb === "patch" ? "patch" : "whole";
  if (body !== "*") {
    const field = method.input.fields.find(({ name }) => name === body);
    return field?.message ? schemas.message(field.message, variant) : field ? schemas.field(field) : {};
  }
  const filled = new Set([...variablesOf(path), "etag"]);
  const left = method.input.fields.filter(({ name }) => !filled.has(name));
  return left.length === method.input.fields.length
    ? schemas.message(method.input, variant)
    : schemas.object(method.input, left, variant);
}

/** The example request without what stands in the path: `product.product_id` of the field `product`. */
function withoutVariables(example: JsonObject, { path, body }: Binding): unknown {
  const copy = structuredClone(example);
  for (const variable of variablesOf(path)) {
    const names = variable.split(".");
    const last = names.pop() ?? "";
    const holder = names.reduce<JsonObject | undefined>((at, key) => at?.[key] as JsonObject | undefined, copy);
    if (holder) delete holder[last];
  }
  return body === "*" ? copy : copy[body];
}
