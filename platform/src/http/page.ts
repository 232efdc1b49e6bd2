import type { Hono } from "hono";
import { html, raw } from "hono/html";
import type { HttpEnv } from "./exchange.ts";
import { addRoute } from "./route.ts";

type Html = ReturnType<typeof html>;

/** What a page may load: nothing but what its own server serves. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/** A small page. Values in `html` are escaped. */
export async function page(
  title: string,
  body: Html,
  policy = `${PAGE_POLICY}; form-action 'self'`,
): Promise<Response> {
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="/docs/favicon-32x32.png" />
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <nav>
          <a href="/"><b>animal-delivery</b></a>
          <a href="/docs">API</a>
          <a href="/problems">Errors</a>
        </nav>
        ${body}
      </body>
    </html>`;
  return new Response(String(text), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      // With `no-referrer` a browser sends our own form as from the origin "null", which the CSRF defence refuses.
      "referrer-policy": "same-origin",
    },
  });
}

/** `code` between backticks, as the contract's comments write it; the rest escaped. */
export function prose(text: string): Html {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return html`${raw(escaped.replaceAll(/`([^`]+)`/g, "<code>$1</code>"))}`;
}

/** `/page.css`, which every page loads. */
export function addPageStyle(app: Hono<HttpEnv>): void {
  const headers = { "content-type": "text/css; charset=utf-8" };
  addRoute(app, "/page.css", { GET: () => new Response(STYLE, { headers }) });
}

const STYLE = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c2733, #dbe4ee); --muted: light-dark(#5a6877, #93a3b4); --page: light-dark(#fff, #10161d);
  --panel: light-dark(#f5f7f9, #18212b); --line: light-dark(#dde4eb, #2b3846); --link: light-dark(#0b5cad, #7ab8ff);
  --good: light-dark(#1a7f37, #4ac26b); --bad: light-dark(#b42318, #ff8b80);
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: var(--text); background: var(--page) }
nav { display: flex; gap: 1.5rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line) }
nav a, .links a { text-decoration: none } a:hover { text-decoration: underline } a { color: var(--link) }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 2rem 0 .5rem } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem }
code { background: var(--panel); padding: .1rem .3rem; border-radius: 4px; font-size: .9em } small { color: var(--muted) }
.links { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem; padding: 0; list-style: none }
.links li { padding: 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px }
.links a { font-weight: 600; display: block }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line) }
th { width: 20%; font-weight: 400; color: var(--muted); white-space: nowrap }
button { font: inherit; margin-left: .75rem; padding: .25rem 1rem; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: inherit; cursor: pointer }
p button { margin-left: 0 } label { display: block; margin-top: 1rem }
input { font: inherit; box-sizing: border-box; width: 100%; max-width: 24rem; padding: .4rem .6rem; border: 1px solid var(--muted); border-radius: 6px; background: var(--page); color: inherit }
.bad { color: var(--bad) } .serving, .away, .not { width: 80% } .serving { color: var(--good) } .away, .not { color: var(--bad) }
`;
