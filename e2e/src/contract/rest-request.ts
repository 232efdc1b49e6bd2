import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { http } from "@animal-delivery/contracts/gen/google/api/annotations_pb";
import type { HttpRule } from "@animal-delivery/contracts/gen/google/api/http_pb";
import { at, type Json } from "../api.ts";

/** A REST request as the contract describes it. */
export interface RestRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The body; undefined for routes without one. */
  readonly body: Json | undefined;
}

/** The RPC's first REST rule; undefined for an RPC that REST does not have. */
export function ruleOf(method: DescMethod): HttpRule | undefined {
  return hasOption(method, http) ? getOption(method, http) : undefined;
}

/** The verb and path template of a rule: `GET`, `/v1/orders/{order_id}`. */
export function routeOf(rule: HttpRule): { verb: string; template: string } {
  const { pattern } = rule;
  if (pattern.case === undefined) throw new Error("a rule without a route");
  if (pattern.case === "custom") return { verb: pattern.value.kind, template: pattern.value.path };
  return { verb: pattern.case.toUpperCase(), template: pattern.value };
}

/** The REST request that carries a message, given as JSON in the names of the proto. */
export function toRestRequest(method: DescMethod, message: Json): RestRequest {
  const rule = ruleOf(method);
  if (!rule) throw new Error(`${method.name} has no REST route`);
  const { verb, template } = routeOf(rule);
  const inPath = [...template.matchAll(/\{([^}=]+)/g)].map((match) => match[1] ?? "");
  const path = template.replace(/\{([^}=]+)[^}]*\}/g, (_, name: string) =>
    encodeURIComponent(plain(at(message, ...name.split(".")))),
  );
  const rest = without(message, inPath);
  if (rule.body === "*") return { method: verb, path, body: rest };
  if (rule.body === "") return { method: verb, path: path + queryOf(rest), body: undefined };
  return { method: verb, path: path + queryOf(without(rest, [rule.body])), body: at(rest, rule.body) };
}

/** `?a=1&b.c=2&d=3&d=4` of what is neither in the path nor in the body; empty for nothing. */
function queryOf(message: Json): string {
  const query = new URLSearchParams();
  const put = (name: string, value: Json): void => {
    if (Array.isArray(value)) for (const one of value) put(name, one);
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) put(name === "" ? key : `${name}.${key}`, inner);
    else query.append(name, plain(value));
  };
  put("", message);
  return query.size === 0 ? "" : `?${query.toString()}`;
}

function plain(value: Json): string {
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** A copy without the values at these dotted paths. */
function without(message: Json, paths: readonly string[]): Json {
  const copy = structuredClone(message);
  for (const path of paths) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    const owner = at(copy, ...names);
    if (typeof owner === "object" && owner !== null && !Array.isArray(owner)) delete owner[last];
  }
  return copy;
}
