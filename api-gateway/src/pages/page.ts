import { html, raw } from "hono/html";

type Html = ReturnType<typeof html>;

/** What a page may load: nothing but what this gateway serves. */
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
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        ${body}
      </body>
    </html>`;
  return new Response(String(text), {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}

/** `code` between backticks, as the contract's comments write it; the rest escaped. */
export function prose(text: string): Html {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return html`${raw(escaped.replaceAll(/`([^`]+)`/g, "<code>$1</code>"))}`;
}

export const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.6rem } a { color: #0b5cad } code { background: #eef2f6; padding: 0 .25rem; border-radius: 3px }
table { border-collapse: collapse } td, th { text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid #dde4eb }
button { font: inherit; padding: .3rem 1rem } .serving { color: #1a7f37 } .away, .not { color: #b42318 }
@media (prefers-color-scheme: dark) { body { background: #10161d; color: #dbe4ee } a { color: #7ab8ff } code { background: #1f2a36 } td, th { border-color: #2b3846 } }
`;
