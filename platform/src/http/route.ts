import type { Context, Hono } from "hono";
import { TranscodingError } from "@animal-delivery/transcoder/transcoding-error";
import type { HttpEnv } from "./exchange.ts";

export type HttpContext = Context<HttpEnv>;

type Handler = (c: HttpContext) => Response | Promise<Response>;

/** The handlers of one path by method; HEAD is answered as GET, OPTIONS with the methods, everything else is refused. */
export type Handlers = Readonly<Partial<Record<"GET" | "POST", Handler>>>;

/** Adds a route of the server's own, beside those of the contract. */
export function addRoute(app: Hono<HttpEnv>, path: string, handlers: Handlers): void {
  const allow = [...Object.keys(handlers), ...(handlers.GET ? ["HEAD"] : []), "OPTIONS"].join(", ");
  app.all(path, async (c) => {
    c.get("exchange").route = path;
    const { method } = c.req;
    const handler =
      method === "POST" ? handlers.POST : method === "GET" || method === "HEAD" ? handlers.GET : undefined;
    if (handler) return handler(c);
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    throw new TranscodingError("methodNotAllowed", `this path takes ${allow}`, { headers: { allow } });
  });
}
