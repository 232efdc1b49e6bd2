import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hono } from "hono";
import type { HttpEnv } from "./exchange.ts";
import { addRoute } from "./route.ts";

const TYPES = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  png: "image/png",
  html: "text/html; charset=utf-8",
};

/** The files of swagger-ui-dist that the page needs; nothing is fetched from anywhere else. */
const ASSETS = [
  ["swagger-ui-bundle.js", TYPES.js],
  ["swagger-ui.css", TYPES.css],
  ["favicon-32x32.png", TYPES.png],
  ["oauth2-redirect.html", TYPES.html],
  ["oauth2-redirect.js", TYPES.js],
] as const;

export interface DocsOptions {
  readonly title: string;
  /** Where swagger-ui-dist is installed: only those who show the page carry it. */
  readonly assetsFolder: string;
  /** How people sign in from the page; undefined where they bring their own credential. */
  readonly signIn?: DocsSignIn;
}

export interface DocsSignIn {
  /** The public client that signs in from the page. */
  readonly clientId: string;
  readonly origin: string;
  /** The provider's origin: the page asks it for tokens. */
  readonly issuerOrigin: string;
}

/** `/docs`: the API to read and to try, by Swagger UI, offline, under a policy that allows this origin's scripts alone. */
export function addDocs(app: Hono<HttpEnv>, { title, assetsFolder, signIn }: DocsOptions): void {
  const connect = ["'self'", ...(signIn ? [signIn.issuerOrigin] : [])].join(" ");
  const policy = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src ${connect}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;
  // The sign-in comes back in a window of its own, which must still know this one.
  const headers = { "content-security-policy": policy, "cross-origin-opener-policy": "same-origin-allow-popups" };
  const answer = (body: string, type: string) => () =>
    new Response(body, { headers: { ...headers, "content-type": type } });

  addRoute(app, "/docs", { GET: answer(pageOf(title), TYPES.html) });
  addRoute(app, "/docs/init.js", { GET: answer(initScript(signIn), TYPES.js) });
  for (const [name, type] of ASSETS) {
    const path = join(assetsFolder, name);
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

function pageOf(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
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
}

function initScript(signIn: DocsSignIn | undefined): string {
  return `const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
${signIn ? signInOptions(signIn) : ""}});
${signIn ? `ui.initOAuth({ clientId: ${JSON.stringify(signIn.clientId)}, usePkceWithAuthorizationCodeGrant: true, scopes: "openid" });\n` : ""}`;
}

/** Requests to this origin carry the CSRF header, so that a session cookie works here too; the provider would not allow it. */
function signInOptions({ origin }: DocsSignIn): string {
  return `  oauth2RedirectUrl: ${JSON.stringify(`${origin}/docs/oauth2-redirect.html`)},
  requestInterceptor: (request) => {
    if (new URL(request.url, location.href).origin === location.origin) request.headers["x-csrf"] = "1";
    return request;
  },
`;
}
