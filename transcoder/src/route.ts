import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { http } from "@animal-delivery/contracts/gen/google/api/annotations_pb";
import type { HttpRule } from "@animal-delivery/contracts/gen/google/api/http_pb";
import { type FieldPath, fieldOf, resolveFieldPath } from "./field-path.ts";
import { type PathTemplate, parsePathTemplate } from "./path-template.ts";

const PENDING_TOKEN = "pending_token";

/** One HTTP method and path template that calls one RPC. */
export interface Route {
  readonly method: DescMethodUnary | DescMethodServerStreaming;
  /** In upper case; `*` for a custom rule that takes any. */
  readonly httpMethod: string;
  /** As the contract has it: `/v1/orders/{order_id}:cancel`. Low in cardinality: good for metrics and logs. */
  readonly template: string;
  readonly path: PathTemplate;
  /** The fields that the path's variables fill, in their order. */
  readonly variables: readonly FieldPath[];
  /** Where the request's body goes: nowhere, into the whole message, or into one field. */
  readonly body: "none" | "whole" | DescField;
  /** The field of the response that is the answer's body; undefined for the whole message. */
  readonly responseField: DescField | undefined;
  /** For a POST that creates: the field of the answer's body that names the new resource below the request's path. */
  readonly createdId: DescField | undefined;
  /**
   * For a POST whose work may take longer than its answer: the field of the RPC's response that tells, one step below the
   * request's path, how the work goes on; it is empty when the work is done.
   */
  readonly pendingToken: DescField | undefined;
}

/**
 * The routes of the service's RPCs, with their additional bindings, in the contract's order.
 *
 * @throws {Error} for a rule that cannot work: a field that does not exist, a client-streaming RPC, a broken template.
 */
export function routesOf(service: DescService): Route[] {
  const routes = service.methods.flatMap((method) =>
    hasOption(method, http) ? bindingsOf(getOption(method, http)).map((rule) => routeOf(method, rule)) : [],
  );
  return routes.map((route) => {
    const below = variableBelow(route, routes);
    return { ...route, createdId: createdIdOf(route, below), pendingToken: pendingTokenOf(route, below) };
  });
}

function bindingsOf(rule: HttpRule): HttpRule[] {
  return [rule, ...rule.additionalBindings];
}

function routeOf(method: DescMethod, rule: HttpRule): Route {
  const fail = (what: string): never => {
    throw new Error(`${method.parent.typeName}.${method.name}: ${what}`);
  };
  if (!isCallable(method)) return fail("an RPC that streams from the client has no REST route");
  if (rule.pattern.case === undefined) return fail("google.api.http names no path");
  const [httpMethod, template] =
    rule.pattern.case === "custom"
      ? [rule.pattern.value.kind, rule.pattern.value.path]
      : [rule.pattern.case.toUpperCase(), rule.pattern.value];
  const path = parsePathTemplate(template);
  const fieldNamed = (message: DescMessage, name: string): DescField =>
    fieldOf(message, name) ?? fail(`${message.typeName} has no field ${name}`);
  return {
    method,
    httpMethod,
    template,
    path,
    variables: path.variables.map(
      ({ fieldPath }) =>
        resolveFieldPath(method.input, fieldPath) ?? fail(`${method.input.typeName} has no field ${fieldPath}`),
    ),
    body: rule.body === "*" ? "whole" : rule.body === "" ? "none" : fieldNamed(method.input, rule.body),
    responseField: rule.responseBody === "" ? undefined : fieldNamed(method.output, rule.responseBody),
    createdId: undefined,
    pendingToken: undefined,
  };
}

function isCallable(method: DescMethod): method is Route["method"] {
  return method.methodKind === "unary" || method.methodKind === "server_streaming";
}

/** The last field that a GET of the same service takes one step below a POST's path: `order_id` of `/v1/orders/{order_id}`. */
function variableBelow(route: Route, routes: readonly Route[]): DescField | undefined {
  if (route.httpMethod !== "POST" || route.path.verb !== "" || route.method.methodKind !== "unary") return undefined;
  const get = routes.find(
    ({ httpMethod, template }) =>
      httpMethod === "GET" &&
      template.startsWith(`${route.template}/{`) &&
      /^\/\{[\w.]+\}$/.test(template.slice(route.template.length)),
  );
  return get?.variables.at(-1)?.at(-1);
}

/** A POST on a collection creates when the same service reads `<collection>/{id}` and the answer holds that id. */
function createdIdOf(route: Route, below: DescField | undefined): DescField | undefined {
  const answer = answerOf(route);
  return below && answer && fieldOf(answer, below.name);
}

/** A POST may take longer when the same service reads `<path>/{pending_token}` and the response holds such a field. ADR 0040. */
function pendingTokenOf({ method }: Route, below: DescField | undefined): DescField | undefined {
  return below?.name === PENDING_TOKEN ? fieldOf(method.output, PENDING_TOKEN) : undefined;
}

/** The message that is the answer's body; undefined when the body is a list or a scalar. */
export function answerOf(route: Pick<Route, "method" | "responseField">): DescMessage | undefined {
  if (!route.responseField) return route.method.output;
  return route.responseField.fieldKind === "message" ? route.responseField.message : undefined;
}
