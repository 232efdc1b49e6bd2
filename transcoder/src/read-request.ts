import {
  create,
  type DescField,
  fromJson,
  type JsonObject,
  type JsonReadOptions,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import { etagOfIfMatch } from "./entity-tag.ts";
import { dottedName, type FieldPath, fieldOf, resolveFieldPath } from "./field-path.ts";
import { jsonOfText, jsonOfTexts, takesText } from "./field-text.ts";
import type { Route } from "./route.ts";
import type { RouteMatch } from "./route-table.ts";
import { invalidRequest, type Violation } from "./transcoding-error.ts";
import { maskOfBody, maskOfQuery, updateMaskField } from "./update-mask.ts";
import { violationsOf } from "./violations.ts";

/** The parts of an HTTP request that fill a request message. */
export interface RequestParts {
  readonly match: RouteMatch;
  /** After the question mark; may be empty. */
  readonly query: string;
  readonly headers: Headers;
  /** Undefined when the route takes none or none came. */
  readonly body: JsonValue | undefined;
}

/**
 * Makes the request message of path, query, headers and body.
 *
 * @throws {TranscodingError} invalid, with every violation that was found.
 */
export function readRequest(parts: RequestParts, options: Partial<JsonReadOptions>): Message {
  const { route, variables } = parts.match;
  const { input } = route.method;
  const violations: Violation[] = [];
  const root = rootOf(route, parts.body);

  const mask = fillFromQuery(root, parts, violations);
  for (const [index, path] of route.variables.entries()) {
    fill(root, path, jsonOfText(lastOf(path), variables[index] ?? ""), violations);
  }
  fillFromHeaders(root, route, parts.headers);
  if (violations.length > 0) throw invalidRequest(violations);

  const message = readMessage(input, root, options);
  if (mask)
    reflect(input, message).set(mask.field, reflect(FieldMaskSchema, create(FieldMaskSchema, { paths: mask.paths })));
  return message;
}

function readMessage(input: Route["method"]["input"], json: JsonObject, options: Partial<JsonReadOptions>): Message {
  try {
    return fromJson(input, json, options);
  } catch {
    throw invalidRequest(violationsOf(input, json, options));
  }
}

function rootOf(route: Route, body: JsonValue | undefined): JsonObject {
  if (body === undefined || route.body === "none") return {};
  if (route.body !== "whole") return { [route.body.name]: body };
  if (isObject(body)) return body;
  throw invalidRequest([{ field: "", message: "must be a JSON object" }]);
}

interface Mask {
  readonly field: DescField;
  readonly paths: string[];
}

/** Fills what the query names and says which mask applies: the one given there, else the body's own fields for a PATCH. */
function fillFromQuery(root: JsonObject, parts: RequestParts, violations: Violation[]): Mask | undefined {
  const { route } = parts.match;
  const query = new URLSearchParams(parts.query);
  const field = route.body === "none" ? undefined : updateMaskField(route.method.input);
  const mask = field && maskOf(field, parts, query);
  for (const name of new Set(query.keys())) {
    const path = resolveFieldPath(route.method.input, name);
    if (mask && path?.[0] === mask.field) continue;
    if (!path || !mayComeByQuery(route, path))
      violations.push({ field: name, message: "is not a query parameter of this route" });
    else fill(root, path, jsonOfTexts(lastOf(path), query.getAll(name)), violations);
  }
  return mask;
}

function maskOf(field: DescField, { match: { route }, body }: RequestParts, query: URLSearchParams): Mask | undefined {
  if (route.body === "none" || route.body === "whole" || route.body.fieldKind !== "message") return undefined;
  const message = route.body.message;
  const given = [...query.getAll(field.name), ...(field.jsonName === field.name ? [] : query.getAll(field.jsonName))];
  if (given.length > 0) return { field, paths: maskOfQuery(message, given) };
  if (route.httpMethod !== "PATCH" || body === undefined) return undefined;
  const inPath = route.variables.filter(([first]) => first === route.body).map(([, ...below]) => dottedName(below));
  return { field, paths: maskOfBody(message, body, new Set(inPath)) };
}

function mayComeByQuery(route: Route, path: FieldPath): boolean {
  if (route.body === "whole" || path[0] === route.body) return false;
  const name = dottedName(path);
  return takesText(lastOf(path)) && !route.variables.some((variable) => dottedName(variable) === name);
}

/** Puts a value at its place; what the body says of the same field must be the same. */
function fill(root: JsonObject, path: FieldPath, value: JsonValue, violations: Violation[]): void {
  let at = root;
  for (const field of path.slice(0, -1)) {
    const inside = at[keyOf(at, field)] ?? {};
    // Left to the reader, which says what the body must hold here.
    if (!isObject(inside)) return;
    at[keyOf(at, field)] = inside;
    at = inside;
  }
  const key = keyOf(at, lastOf(path));
  const there = at[key];
  if (there !== undefined && there !== null && !isSame(there, value)) {
    violations.push({ field: dottedName(path), message: "is not what the URL says" });
  } else at[key] = value;
}

/** `If-Match` and `Last-Event-ID` stand for the fields `etag` and `resume_token`. */
function fillFromHeaders(root: JsonObject, route: Route, headers: Headers): void {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null && route.httpMethod !== "GET") {
    const field = stringField(route, "etag");
    if (!field) throw invalidRequest([{ field: "etag", message: "this operation does not take If-Match" }]);
    root[keyOf(root, field)] = etagOfIfMatch(ifMatch);
  }
  const lastEventId = headers.get("last-event-id");
  const resumeToken = route.method.methodKind === "server_streaming" ? stringField(route, "resume_token") : undefined;
  if (lastEventId && resumeToken) root[keyOf(root, resumeToken)] = lastEventId;
}

function stringField(route: Route, name: string): DescField | undefined {
  const field = fieldOf(route.method.input, name);
  return field?.fieldKind === "scalar" ? field : undefined;
}

/** The key that the object has for the field, or the proto's name. */
function keyOf(object: JsonObject, field: DescField): string {
  return Object.hasOwn(object, field.jsonName) ? field.jsonName : field.name;
}

function lastOf(path: FieldPath): DescField {
  return path.at(-1) ?? path[0];
}

/**
 * Whether the body says what the URL says; 7 and "7" are one value in JSON's reading of a number. What a body nests is never
 * the same: it may be nested so deep that writing it down would overflow the stack.
 */
function isSame(inBody: JsonValue, inUrl: JsonValue): boolean {
  return typeof inBody !== "object" && typeof inUrl !== "object" && String(inBody) === String(inUrl);
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
