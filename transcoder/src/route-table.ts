import type { PathTemplate } from "./path-template.ts";
import type { Route } from "./route.ts";
import { TranscodingError } from "./transcoding-error.ts";

/** A route and the texts that the request's path has for its variables, decoded. */
export interface RouteMatch {
  readonly route: Route;
  readonly variables: readonly string[];
}

/** What stands behind a path: a route for the method, or the methods that there are; none for an unknown path. */
export interface Lookup {
  readonly match: RouteMatch | undefined;
  readonly allowed: readonly string[];
}

export interface RouteTable {
  find(httpMethod: string, path: string): Lookup;
}

/** Routes by verb, then by HTTP method. */
type Leaf = Map<string, Map<string, Route>>;

interface Node {
  readonly literals: Map<string, Node>;
  readonly leaf: Leaf;
  one?: Node;
  rest?: Node;
}

const NOTHING: Lookup = { match: undefined, allowed: [] };

/**
 * A table that finds a route by walking the path's segments once: literals before `*` before `**`.
 *
 * @throws {Error} when two routes claim the same method and path.
 */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const root = newNode();
  for (const route of routes) insert(root, route);
  return { find: (httpMethod, path) => find(root, httpMethod, path) };
}

function newNode(): Node {
  return { literals: new Map(), leaf: new Map() };
}

function insert(root: Node, route: Route): void {
  let node = root;
  for (const part of route.path.parts) {
    if (part.kind === "one") node = node.one ??= newNode();
    else if (part.kind === "rest") node = node.rest ??= newNode();
    else node = getOrAdd(node.literals, part.text, newNode);
  }
  const byMethod = getOrAdd(node.leaf, route.path.verb, () => new Map<string, Route>());
  const taken = byMethod.get(route.httpMethod);
  if (taken) throw new Error(`${route.httpMethod} ${route.template} and ${taken.template} are the same route`);
  byMethod.set(route.httpMethod, route);
}

function getOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function find(root: Node, httpMethod: string, path: string): Lookup {
  const raw = path.slice(1).split("/");
  const segments = path.includes("%") ? raw.map(decode) : raw;
  const last = raw.at(-1) ?? "";
  const colon = last.lastIndexOf(":");
  // A colon at the end begins no verb: it is a part of the value, not another name for the path without it.
  if (colon < 0 || colon === last.length - 1) return lookUp(root, "", httpMethod, segments, raw);

  const bare = [...raw.slice(0, -1), last.slice(0, colon)];
  const found = lookUp(root, decode(last.slice(colon + 1)), httpMethod, bare.map(decode), bare);
  if (found.match || found.allowed.length > 0) return found;
  // No such verb: the colon is a part of the value. A method that does not fit says "no such verb", not 405.
  const { match } = lookUp(root, "", httpMethod, segments, raw);
  return match ? { match, allowed: [] } : NOTHING;
}

function lookUp(root: Node, verb: string, httpMethod: string, segments: string[], raw: string[]): Lookup {
  const allowed: string[] = [];
  for (const node of nodesAt(root, segments, 0)) {
    const byMethod = node.leaf.get(verb);
    const route = byMethod?.get(httpMethod) ?? byMethod?.get("*");
    if (route) return { match: { route, variables: valuesOf(route.path, segments, raw) }, allowed: [] };
    if (byMethod) allowed.push(...byMethod.keys());
  }
  return allowed.length > 0 ? { match: undefined, allowed } : NOTHING;
}

/** The nodes that the segments lead to, the most literal way first. */
function* nodesAt(node: Node, segments: readonly string[], index: number): Generator<Node> {
  const segment = segments[index];
  if (segment === undefined) yield node;
  else {
    const literal = node.literals.get(segment);
    if (literal) yield* nodesAt(literal, segments, index + 1);
    if (node.one && segment !== "") yield* nodesAt(node.one, segments, index + 1);
  }
  if (node.rest) yield node.rest;
}

function valuesOf(path: PathTemplate, segments: readonly string[], raw: readonly string[]): string[] {
  return path.variables.map(({ start, end }) => {
    const spansMany = end - start > 1 || path.parts[start]?.kind === "rest";
    if (!spansMany) return segments[start] ?? "";
    // Over several segments an encoded slash stays encoded, or it could not be told from a real one.
    const stop = path.parts[end - 1]?.kind === "rest" ? raw.length : end;
    return raw
      .slice(start, stop)
      .map((text) => decode(text.replaceAll(/%2f/gi, "%252F")))
      .join("/");
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TranscodingError("invalid", "the path is not valid percent-encoded UTF-8");
  }
}
