import { html } from "hono/html";
import { REASONS, REASON_KINDS, type ReasonInfo } from "@animal-delivery/contracts/gen/reasons";
import { TranscodingError } from "@animal-delivery/transcoder/transcoding-error";
import type { GatewayContext } from "../http/route.ts";
import { page, prose } from "./page.ts";

/** `/problems`: every error this platform may answer with. */
export async function problemsPage(c: GatewayContext): Promise<Response> {
  if (!wantsHtml(c)) return Response.json({ problems: REASONS.map(describe) });
  const groups = [...Map.groupBy(REASONS, ({ domain }) => domain)].map(
    ([domain, reasons]) =>
      html`<h2>${refuser(domain)}</h2>
        <table>
          ${reasons.map(row)}
        </table>`,
  );
  const body = html`<h1>Errors</h1>
    <p>
      An error is a problem document (RFC 9457). Its <code>type</code> leads here; decide by its <code>reason</code>.
    </p>
    ${groups}`;
  return page("Errors", body);
}

function row(info: ReasonInfo) {
  return html`<tr>
    <td><a href="${pathOf(info)}">${info.reason}</a></td>
    <td>${REASON_KINDS[info.kind].status}</td>
    <td>${prose(info.description)}</td>
  </tr>`;
}

/** Who answers with the reasons of a domain. */
function refuser(domain: string): string {
  return domain === "common" ? "Gateway and every service" : `Service ${domain}`;
}

/** `/problems/{service}/{code}` and `/problems/{code}`, the first of that name: one error, explained. */
export async function problemPage(c: GatewayContext): Promise<Response> {
  const slug = (c.req.param("code") ?? "").toLowerCase().replaceAll("_", "-");
  const domain = c.req.param("service");
  const info = REASONS.find((info) => info.slug === slug && (domain === undefined || info.domain === domain));
  if (!info) throw new TranscodingError("notFound", "no error of this API has this name");
  if (!wantsHtml(c)) return Response.json(describe(info));
  const { status, title } = REASON_KINDS[info.kind];
  const body = html`<h1>${title}</h1>
    <p>${prose(info.description)}</p>
    <table>
      <tr>
        <th>Reason</th>
        <td><code>${info.reason}</code></td>
      </tr>
      <tr>
        <th>HTTP status</th>
        <td>${status}</td>
      </tr>
      <tr>
        <th>Refused by</th>
        <td>${refuser(info.domain)}</td>
      </tr>
    </table>
    <p><a href="/problems">All errors</a></p>`;
  return page(info.reason, body);
}

function describe(info: ReasonInfo) {
  const { status, title } = REASON_KINDS[info.kind];
  const { reason, domain, description } = info;
  return { type: pathOf(info), reason, service: domain, status, title, description };
}

function pathOf({ domain, slug }: ReasonInfo): string {
  return `/problems/${domain}/${slug}`;
}

function wantsHtml(c: GatewayContext): boolean {
  return c.req.header("accept")?.includes("text/html") ?? false;
}
