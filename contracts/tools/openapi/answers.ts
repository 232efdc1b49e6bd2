import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import type { JsonObject } from "./json.ts";
import type { Schemas } from "./schemas.ts";

/** The field that tells, one step below the path, how work goes on that takes longer. ADR 0040. */
const PENDING_TOKEN = "pending_token";
const GOES_ON = "The work goes on: `Location` tells how.";

export function headers(...names: string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export interface AnswerParts {
  readonly schemas: Schemas;
  /** The headers of every answer, whatever it says. */
  readonly common: JsonObject;
}

/** How a route answers when all is well, by status. */
export function answersOf(contract: Contract, rpc: Rpc, binding: Binding, parts: AnswerParts): JsonObject {
  const { method } = rpc;
  const { schemas, common } = parts;
  if (method.methodKind === "server_streaming") return streamAnswers(contract, rpc, parts);
  if (method.output.fields.length === 0) return { 204: { description: "Done.", headers: common } };

  const field = method.output.fields.find(({ name }) => name === binding.responseBody);
  const { description, ...schema } = field ? schemas.field(field) : schemas.message(method.output);
  const tagged = (field?.message ?? method.output).fields.some(({ name }) => name === "etag");
  const below = variableBelow(contract, rpc, binding);
  const isPending = below === PENDING_TOKEN && method.output.fields.some(({ name }) => name === PENDING_TOKEN);
  const answer = (text: string, isLocated: boolean): JsonObject => ({
    description: text,
    headers: { ...common, ...headers(...(isLocated ? ["Location"] : []), ...(tagged ? ["ETag"] : [])) },
    content: { "application/json": { schema } },
  });
  const done = typeof description === "string" ? description : "Done.";
  if (isPending) return { 201: answer(done, false), 202: answer(`${done} ${GOES_ON}`, true) };
  const unchanged = { description: "Not changed since the etag of `If-None-Match`.", headers: common };
  return {
    [below ? 201 : 200]: answer(done, below !== undefined),
    ...(tagged && binding.verb === "get" ? { 304: unchanged } : {}),
  };
}

/** What names a thing that a POST makes and that can be read one step below its path: `order_id`; undefined for no such thing. */
function variableBelow({ rpcs }: Contract, { method }: Rpc, { verb, path }: Binding): string | undefined {
  if (verb !== "post") return undefined;
  const bindings = rpcs.filter((rpc) => rpc.method.parent === method.parent).flatMap((rpc) => rpc.bindings);
  const steps = bindings.flatMap((other) => {
    if (other.verb !== "get" || !other.path.startsWith(`${path}/{`)) return [];
    return /^\/\{([\w.]+)\}$/.exec(other.path.slice(path.length))?.[1] ?? [];
  });
  return steps[0];
}

function streamAnswers({ commentOf }: Contract, { method }: Rpc, { schemas, common }: AnswerParts): JsonObject {
  // OpenAPI 3.1 cannot describe the events of a stream one by one; this is the `data` of each.
  const schema = {
    type: "string",
    contentMediaType: "application/json",
    contentSchema: schemas.message(method.output),
  };
  return {
    200: {
      description: `Server-sent events. The \`data\` of each is one message as JSON. ${commentOf(method.output)}`,
      headers: common,
      content: { "text/event-stream": { schema } },
    },
    204: { description: "The stream is over: there is nothing after the resume token.", headers: common },
  };
}
