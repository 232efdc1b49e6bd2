import type { Hono } from "hono";
import { html } from "hono/html";
import { REASON_KINDS, type ReasonInfo } from "@animal-delivery/contracts/gen/reasons";
import { TranscodingError } from "@animal-delivery/transcoder/transcoding-error";
import type { HttpEnv } from "./exchange.ts";
import { addRoute, type HttpContext } from "./route.ts";
import { page, prose } from "./page.ts";

export interface ProblemPagesOptions {
  /** What this server may answer with. */
  readonly reasons: readonly ReasonInfo[];
  /** Who answers with the reasons that all have: `Gateway and every service`. */
  readonly everybody: string;
}

/** The pages that the `type` of a problem leads to. */
export function addProblemPages(app: Hono<HttpEnv>, options: ProblemPagesOptions): void {
  addRoute(app, "/problems", { GET: (c) => problemsPage(c, options) });
  addRoute(app, "/problems/:code", { GET: (c) => problemPage(c, options) });
  addRoute(app, "/problems/:service/:code", { GET: (c) => problemPage(c, options) });
}

/** `/problems`: every error. */
async function problemsPage(c: HttpContext, { reasons, everybody }: ProblemPagesOptions): Promise<Response> {
  if (!wantsHtml(c)) return Response.json({ problems: reasons.map(describe) });
  const groups = [...Map.groupBy(reasons, ({ domain }) => domain)].map(
    ([domain, reasons]) =>
      html`<h2>${refuser(domain, everybody)}</h2>
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
function refuser(domain: string, everybody: string): string {
  return domain === "common" ? everybody : `Service ${domain}`;
}

/** `/problems/{service}/{code}` and `/problems/{code}`, the first of that name: one error, explained. */
async function problemPage(c: HttpContext, { reasons, everybody }: ProblemPagesOptions): Promise<Response> {
  const slug = (c.req.param("code") ?? "").toLowerCase().replaceAll("_", "-");
  const domain = c.req.param("service");
  const info = reasons.find((info) => info.slug === slug && (domain === undefined || info.domain === domain));
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
        <td>${refuser(info.domain, everybody)}</td>
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

function wantsHtml(c: HttpContext): boolean {
  return c.req.header("accept")?.includes("text/html") ?? false;
}
