import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import type { JsonObject } from "./json.ts";
import type { Schemas } from "./schemas.ts";

/** The headers of every answer, whatever it says. */
export const COMMON_HEADERS = headers("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset");

export function headers(...names: string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** How a route answers when all is well, by status. */
export function answersOf(contract: Contract, rpc: Rpc, binding: Binding, schemas: Schemas): JsonObject {
  const { method } = rpc;
  if (method.methodKind === "server_streaming") return streamAnswers(contract, rpc, schemas);
  if (method.output.fields.length === 0) return { 204: { description: "Done.", headers: COMMON_HEADERS } };

  const field = method.output.fields.find(({ name }) => name === binding.responseBody);
  const { description, ...schema } = field ? schemas.field(field) : schemas.message(method.output);
  const tagged = (field?.message ?? method.output).fields.some(({ name }) => name === "etag");
  const created = isCreated(contract, rpc, binding);
  const answer = {
    description: description ?? "Done.",
    headers: { ...COMMON_HEADERS, ...headers(...(created ? ["Location"] : []), ...(tagged ? ["ETag"] : [])) },
    content: { "application/json": { schema } },
  };
  const unchanged = { description: "Not changed since the etag of `If-None-Match`.", headers: COMMON_HEADERS };
  return { [created ? 201 : 200]: answer, ...(tagged && binding.verb === "get" ? { 304: unchanged } : {}) };
}

/** Whether a POST makes something that can be read one step below its path. */
function isCreated({ rpcs }: Contract, { method }: Rpc, { verb, path }: Binding): boolean {
  if (verb !== "post") return false;
  const below = rpcs.filter((rpc) => rpc.method.parent === method.parent).flatMap((rpc) => rpc.bindings);
  return below.some((other) => {
    return (
      other.verb === "get" && other.path.startsWith(`${path}/{`) && /^\/\{[\w.]+\}$/.test(other.path.slice(path.length))
    );
  });
}

function streamAnswers({ commentOf }: Contract, { method }: Rpc, schemas: Schemas): JsonObject {
  // OpenAPI 3.1 cannot describe the events of a stream one by one; this is the `data` of each.
  const schema = {
    type: "string",
    contentMediaType: "application/json",
    contentSchema: schemas.message(method.output),
  };
  return {
    200: {
      description: `Server-sent events. The \`data\` of each is one message as JSON. ${commentOf(method.output)}`,
      headers: COMMON_HEADERS,
      content: { "text/event-stream": { schema } },
    },
    204: { description: "The stream is over: there is nothing after the resume token.", headers: COMMON_HEADERS },
  };
}
