/** JSON as the API speaks it. Stories read it by path with `at()`. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What a REST call answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; null when there was none. */
  readonly body: Json;
}

/** How a call is made, beside its path and body. */
export interface CallOptions {
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One caller of the REST API. */
export interface Api {
  /** The subject of the caller's token; empty for an anonymous caller. */
  readonly subject: string;
  readonly token: string;
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body?: Json, options?: CallOptions): Promise<Answer>;
  put(path: string, body: Json, options?: CallOptions): Promise<Answer>;
  patch(path: string, body: Json, options?: CallOptions): Promise<Answer>;
  delete(path: string, options?: CallOptions): Promise<Answer>;
}

const TIMEOUT_MS = 30_000;

/** A caller of the platform at `baseUrl`; without a token an anonymous one. */
export function apiAt(baseUrl: string, token = ""): Api {
  async function call(method: string, path: string, body?: Json, options: CallOptions = {}): Promise<Answer> {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text, response) };
  }
  return {
    subject: subjectOf(token),
    token,
    get: (path, options) => call("GET", path, undefined, options),
    post: (path, body, options) => call("POST", path, body ?? {}, options),
    put: (path, body, options) => call("PUT", path, body, options),
    patch: (path, body, options) => call("PATCH", path, body, options),
    delete: (path, options) => call("DELETE", path, undefined, options),
  };
}

/** The value at a path of names and indices: `at(order, "items", 0, "quantity")`; null when it is not there. */
export function at(json: Json, ...path: (string | number)[]): Json {
  let value: Json = json;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return null;
    const next: Json | undefined = Array.isArray(value) ? value[Number(step)] : value[String(step)];
    if (next === undefined) return null;
    value = next;
  }
  return value;
}

/** The text at a path; throws, with the whole body, when there is none. */
export function textAt(json: Json, ...path: (string | number)[]): string {
  const value = at(json, ...path);
  if (typeof value !== "string") throw new Error(`no text at ${path.join(".")} of ${JSON.stringify(json)}`);
  return value;
}

/** The list at a path; empty when there is none. */
export function listAt(json: Json, ...path: (string | number)[]): Json[] {
  const value = at(json, ...path);
  return Array.isArray(value) ? value : [];
}

/** An answer in few words: its status and, of a problem, its type: `503 /problems/common/unavailable`. */
export function describeAnswer({ status, body }: Answer): string {
  const type = at(body, "type");
  return typeof type === "string" && URL.canParse(type) ? `${status} ${new URL(type).pathname}` : String(status);
}

function parse(text: string, response: Response): Json {
  if (text === "") return null;
  if (!(response.headers.get("content-type") ?? "").includes("json")) return text;
  return JSON.parse(text) as Json;
}

function subjectOf(token: string): string {
  const claims = token.split(".")[1];
  if (claims === undefined) return "";
  return textAt(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Json, "sub");
}
