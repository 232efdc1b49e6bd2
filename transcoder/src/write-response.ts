import { type DescField, type JsonValue, type JsonWriteOptions, type Message, toJson } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { entityTag, ifNoneMatchHas } from "./entity-tag.ts";
import { fieldOf } from "./field-path.ts";
import { answerOf, type Route } from "./route.ts";

/**
 * The answer of a unary RPC: 200, 201 with Location for what was created, 202 with Location for what takes longer, 204 for a
 * message without fields, or 304.
 */
export function writeResponse(
  route: Route,
  message: Message,
  request: Request,
  path: string,
  options: Partial<JsonWriteOptions>,
): Response {
  if (route.method.output.fields.length === 0) return new Response(null, { status: 204 });
  const headers: Record<string, string> = { "content-type": "application/json" };
  const answer = answerMessage(route, message);
  const etag = answer && textOf(answer, "etag");
  if (etag) headers["etag"] = entityTag(etag);
  if (etag && request.method === "GET" && ifNoneMatchHas(request.headers.get("if-none-match") ?? "", etag)) {
    return new Response(null, { status: 304, headers });
  }
  const { status, below } = outcomeOf(route, message, answer);
  if (below) headers["location"] = `${path}/${encodeURIComponent(below)}`;
  return new Response(JSON.stringify(jsonOf(route, message, options)), { status, headers });
}

/** The status, and what `Location` has below the request's path; empty for no `Location`. */
function outcomeOf(route: Route, message: Message, answer: ReflectMessage | undefined) {
  if (route.pendingToken) {
    const token = textOf(reflect(route.method.output, message), route.pendingToken.name);
    return { status: token ? 202 : 201, below: token };
  }
  const id = answer && route.createdId ? textOf(answer, route.createdId.name) : "";
  return { status: id ? 201 : 200, below: id };
}

/** The message as the API shows it: the whole, or the field that the route names. */
export function jsonOf(route: Route, message: Message, options: Partial<JsonWriteOptions>): JsonValue {
  const field = route.responseField;
  if (!field) return toJson(route.method.output, message, options);
  const value = valueOf(message, field);
  if (field.fieldKind === "message")
    return value === undefined ? null : toJson(field.message, value as Message, options);
  const whole = toJson(route.method.output, message, options) as Record<string, JsonValue>;
  return whole[options.useProtoFieldName ? field.name : field.jsonName] ?? null;
}

/** The text of a field of the message; empty when there is no such field. */
export function textOf(message: ReflectMessage, name: string): string {
  const field = fieldOf(message.desc, name);
  return field?.fieldKind === "scalar" ? String(message.get(field)) : "";
}

function answerMessage(route: Route, message: Message): ReflectMessage | undefined {
  const desc = answerOf(route);
  const value = route.responseField ? valueOf(message, route.responseField) : message;
  return desc && value !== undefined ? reflect(desc, value as Message) : undefined;
}

function valueOf(message: Message, field: DescField): unknown {
  const holder = message as Message & Record<string, unknown>;
  if (!field.oneof) return holder[field.localName];
  const oneof = holder[field.oneof.localName] as { case?: string; value?: unknown };
  return oneof.case === field.localName ? oneof.value : undefined;
}
