import type { ServerResponse } from "node:http";

const STYLE = `:root{color-scheme:light dark;--text:light-dark(#1c2733,#dbe4ee);--muted:light-dark(#5a6877,#93a3b4);
--page:light-dark(#fff,#10161d);--field:light-dark(#fff,#18212b);--line:light-dark(#c5ced8,#3b4a5a)}
body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem;color:var(--text);background:var(--page)}
h1{font-size:1.75rem;line-height:1.25}label{display:block;margin:1rem 0 .25rem}
input{width:100%;box-sizing:border-box;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--field);border:1px solid var(--line);border-radius:6px}
button{width:100%;margin:1.5rem 0 1rem;padding:.6rem;font:inherit;font-weight:600;color:#fff;background:#0b5cad;border:0;border-radius:6px;cursor:pointer}
.error{color:light-dark(#b42318,#ff8b80)}.hint{color:var(--muted);font-size:.875rem}`;

/** A small page in the provider's look. `body` is HTML: escape what is not ours. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

/**
 * Headers of every page: no frame, no script but the one `scriptHash` names, and forms that lead back to us or, through a
 * redirect, to the gateway; browsers hold a form to this rule over its redirects too.
 */
export function pageHeaders(gatewayOrigin: string, scriptHash?: string): Record<string, string> {
  const script = scriptHash === undefined ? "" : `script-src '${scriptHash}'; `;
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": `default-src 'none'; style-src 'unsafe-inline'; ${script}form-action 'self' ${gatewayOrigin}; frame-ancestors 'none'; base-uri 'none'`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
  };
}

export function sendPage(
  response: ServerResponse,
  status: number,
  html: string,
  headers: Record<string, string>,
): void {
  response.writeHead(status, headers).end(html);
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
