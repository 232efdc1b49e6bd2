import type { ServerResponse } from "node:http";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem;color:#222}
label{display:block;margin:1rem 0 .25rem}input{width:100%;box-sizing:border-box;padding:.5rem;font:inherit}
button{margin-top:1.5rem;padding:.5rem 1.5rem;font:inherit}.error{color:#b00020}.hint{color:#666;font-size:.875rem}`;

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
