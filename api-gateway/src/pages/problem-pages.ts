import { html } from "hono/html";
import { REASONS, REASON_KINDS, type ReasonInfo } from "@animal-delivery/contracts/gen/reasons";
import { TranscodingError } from "@animal-delivery/transcoder/transcoding-error";
import type { GatewayContext } from "../http/route.ts";
import { page, prose } from "./page.ts";

/** `/problems`: every error this platform may answer with. */
export async function problemsPage(c: GatewayContext): Promise<Response> {
  if (!wantsHtml(c)) return Response.json({ problems: REASONS.map(describe) });
  const rows = REASONS.map(
    (info) =>
      html`<tr>
        <td><a href="${pathOf(info)}">${info.reason}</a></td>
        <td>${REASON_KINDS[info.kind].status}</td>
        <td>${prose(info.description)}</td>
      </tr>`,
  );
  const body = html`<h1>Errors</h1>
    <table>
      ${rows}
    </table>`;
  return page("Errors", body);
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
    <p><code>${info.reason}</code>, HTTP ${status}</p>
    <p>${prose(info.description)}</p>
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
