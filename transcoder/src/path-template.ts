/** One place between two slashes: a text, any one segment (`*`), or everything that is left (`**`). */
export type PathPart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "rest" };

/** Binds the parts from `start` up to `end` (exclusive) to a field of the request. */
export interface PathVariable {
  /** Dotted, as the template has it: `product.product_id`. */
  readonly fieldPath: string;
  readonly start: number;
  readonly end: number;
}

/** A path template of google.api.http, taken apart. */
export interface PathTemplate {
  readonly parts: readonly PathPart[];
  readonly variables: readonly PathVariable[];
  /** What follows the last colon: `cancel` of `/v1/orders/{order_id}:cancel`; empty when there is none. */
  readonly verb: string;
}

const VARIABLE = /^\{([a-zA-Z_][\w.]*)(?:=([^{}]+))?\}/;
const LITERAL = /^[^/:{}*]+/;

/**
 * Takes a template apart by the grammar of `google/api/http.proto`.
 *
 * @throws {Error} naming the template and the place where it breaks the grammar.
 */
export function parsePathTemplate(template: string): PathTemplate {
  const variables: PathVariable[] = [];
  const parts: PathPart[] = [];
  const refuse = (rest: string): never => {
    throw new Error(`path template "${template}" is broken at "${rest}"`);
  };
  let rest = template;
  while (rest.startsWith("/")) {
    rest = rest.slice(1);
    const variable = VARIABLE.exec(rest);
    if (variable?.[1]) {
      const start = parts.length;
      parts.push(...(variable[2] ?? "*").split("/").map((text) => partOf(text) ?? refuse(rest)));
      variables.push({ fieldPath: variable[1], start, end: parts.length });
      rest = rest.slice(variable[0].length);
    } else {
      const text = /^\*\*?/.exec(rest)?.[0] ?? LITERAL.exec(rest)?.[0] ?? refuse(rest);
      parts.push(partOf(text) ?? refuse(rest));
      rest = rest.slice(text.length);
    }
  }
  const verb = rest.startsWith(":") ? (LITERAL.exec(rest.slice(1))?.[0] ?? refuse(rest)) : "";
  if (parts.length === 0 || rest !== (verb && `:${verb}`)) refuse(rest);
  if (parts.slice(0, -1).some((part) => part.kind === "rest")) refuse("**");
  return { parts, variables, verb };
}

function partOf(text: string): PathPart | undefined {
  if (text === "*") return { kind: "one" };
  if (text === "**") return { kind: "rest" };
  return LITERAL.exec(text)?.[0] === text ? { kind: "literal", text } : undefined;
}
