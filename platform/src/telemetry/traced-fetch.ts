import { SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { currentContext } from "../request-context.ts";
import { errorType } from "./error-type.ts";
import { traceHeaders } from "./propagation.ts";

/** The part of `fetch`'s options that is looked at; libraries have types of their own for the rest. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: HeadersInit | undefined;
}

/** @param template the path with names in place of ids, `/users/{user_id}`; the path itself unless given. */
export type TracedFetch = (url: string, init?: FetchInit, template?: string) => Promise<Response>;

/**
 * `fetch` with a span for each request of the work at hand, which the other side can go on with. The path is the span's name:
 * where it holds ids a template stands for it. Queries, which may hold secrets, stay out of it.
 */
export function tracedFetch(tracer: Tracer): TracedFetch {
  return async (url, init, template) => {
    const context = currentContext();
    if (!context) return fetch(url, init as RequestInit);
    const method = init?.method?.toUpperCase() ?? "GET";
    const { pathname, hostname, port, protocol } = new URL(url);
    const path = template ?? pathname;
    const attributes = {
      "http.request.method": method,
      "url.template": path,
      "server.address": hostname,
      "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
    };
    const span = tracer.startSpan(`${method} ${path}`, { kind: SpanKind.CLIENT, attributes }, context.trace);
    const fail = (type: string): void => {
      span.setAttribute("error.type", type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    };
    try {
      const headers = new Headers(init?.headers);
      for (const [name, value] of Object.entries(traceHeaders(trace.setSpan(context.trace, span)))) {
        headers.set(name, value);
      }
      const response = await fetch(url, { ...(init as RequestInit | undefined), headers });
      span.setAttribute("http.response.status_code", response.status);
      if (response.status >= 400) fail(String(response.status));
      return response;
    } catch (error) {
      fail(errorType(error));
      throw error;
    } finally {
      span.end();
    }
  };
}
