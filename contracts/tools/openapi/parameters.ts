import type { DescField } from "@bufbuild/protobuf";
import type { Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import { compact, type JsonObject } from "./json.ts";
import { fieldAt, lastPart, variablesOf } from "./route-path.ts";
import type { Schemas } from "./schemas.ts";

/** The parameters of a route: path variables, the query, and the headers that stand for something in the contract. */
export function parametersOf(rpc: Rpc, binding: Binding, schemas: Schemas, example: JsonObject): JsonObject[] {
  const inPath = variablesOf(binding.path);
  return [
    ...inPath.map((name) => parameter("path", name, fieldAt(rpc.method.input, name), schemas, example)),
    ...queryFields(rpc, binding, inPath).map(({ name, field }) => {
      return parameter("query", name, field, schemas, example, binding);
    }),
    ...headersOf(rpc, binding).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function parameter(
  place: "path" | "query",
  name: string,
  field: DescField | undefined,
  schemas: Schemas,
  example: JsonObject,
  binding?: Binding,
): JsonObject {
  const { description, ...schema } = field ? schemas.field(field) : { type: "string" };
  const shown = name.split(".").reduce<unknown>((at, key) => (at as JsonObject | undefined)?.[key], example);
  // The gateway fills the mask of a PATCH from the body, whose example shows the same.
  const masked = binding?.verb === "patch" && name === "update_mask";
  return compact({
    name: place === "path" ? lastPart(name) : name,
    in: place,
    required: place === "path" || undefined,
    description,
    schema,
    example: masked ? undefined : shown,
  });
}

/** The fields that neither the path nor the body nor a header fills; fields of a message inside are written `a.b`. */
function queryFields(
  { method }: Rpc,
  { body }: Binding,
  inPath: readonly string[],
): { name: string; field: DescField }[] {
  if (body === "*") return [];
  const flatten = (fields: readonly DescField[], prefix: string): { name: string; field: DescField }[] => {
    return fields.flatMap((field) => {
      const name = prefix + field.name;
      if (inPath.includes(name) || name === body || name === "etag") return [];
      const inside =
        field.message && !field.message.typeName.startsWith("google.protobuf.") ? field.message : undefined;
      if (!inside) return [{ name, field }];
      return field.fieldKind === "message" ? flatten(inside.fields, `${name}.`) : [];
    });
  };
  return flatten(method.input.fields, "");
}

function headersOf({ method, reads }: Rpc, { verb }: Binding): string[] {
  const has = (name: string) => method.input.fields.some((field) => field.name === name);
  const answers = method.output.fields.some((field) => field.message?.fields.some(({ name }) => name === "etag"));
  return [
    ...(reads ? [] : ["IdempotencyKey"]),
    ...(has("etag") ? ["IfMatch"] : []),
    ...(verb === "get" && answers ? ["IfNoneMatch"] : []),
    ...(method.methodKind === "server_streaming" && has("resume_token") ? ["LastEventId"] : []),
  ];
}
