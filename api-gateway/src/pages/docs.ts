import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import type { GatewayEnv } from "../http/exchange.ts";
import { addRoute } from "../http/route.ts";

const TYPES = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  png: "image/png",
  html: "text/html; charset=utf-8",
};

const FOLDER = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));

/** The files of swagger-ui-dist that the page needs; nothing is fetched from anywhere else. */
const ASSETS = [
  ["swagger-ui-bundle.js", TYPES.js],
  ["swagger-ui.css", TYPES.css],
  ["favicon-32x32.png", TYPES.png],
  ["oauth2-redirect.html", TYPES.html],
  ["oauth2-redirect.js", TYPES.js],
] as const;

export interface DocsOptions {
  /** The public client that signs in from the page. */
  readonly clientId: string;
  readonly origin: string;
  /** The provider's origin: the page asks it for tokens. */
  readonly issuerOrigin: string;
}

/** `/docs`: the API to read and to try, by Swagger UI, offline, under a policy that allows this origin's scripts alone. */
export function addDocs(app: Hono<GatewayEnv>, { clientId, origin, issuerOrigin }: DocsOptions): void {
  const policy = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ${issuerOrigin}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;
  // The sign-in comes back in a window of its own, which must still know this one.
  const headers = { "content-security-policy": policy, "cross-origin-opener-policy": "same-origin-allow-popups" };
  const answer = (body: string, type: string) => () =>
    new Response(body, { headers: { ...headers, "content-type": type } });

  addRoute(app, "/docs", { GET: answer(PAGE, TYPES.html) });
  addRoute(app, "/docs/init.js", { GET: answer(initScript(clientId, origin), TYPES.js) });
  for (const [name, type] of ASSETS) {
    const path = join(FOLDER, name);
    addRoute(app, `/docs/${name}`, {
      GET: async () => {
        const openerPolicy = name.endsWith(".html") ? { "cross-origin-opener-policy": "unsafe-none" } : {};
        const cache = { "cache-control": "public, max-age=3600" };
        return new Response(await readFile(path), {
          headers: { ...headers, ...openerPolicy, ...cache, "content-type": type },
        });
      },
    });
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>animal-delivery API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/init.js"></script>
</body>
</html>
`;

/** Requests to this origin carry the CSRF header, so that a session cookie works here too; the provider would not allow it. */
function initScript(clientId: string, origin: string): string {
  return `const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  oauth2RedirectUrl: ${JSON.stringify(`${origin}/docs/oauth2-redirect.html`)},
  requestInterceptor: (request) => {
    if (new URL(request.url, location.href).origin === location.origin) request.headers["x-csrf"] = "1";
    return request;
  },
});
ui.initOAuth({ clientId: ${JSON.stringify(clientId)}, usePkceWithAuthorizationCodeGrant: true, scopes: "openid" });
`;
}
