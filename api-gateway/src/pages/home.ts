import { html } from "hono/html";
import type { User } from "@animal-delivery/platform/access/caller";
import type { ServiceState } from "./health.ts";
import { PAGE_POLICY, page } from "@animal-delivery/platform/http/page";

export interface HomeOptions {
  readonly version: string;
  readonly states: ReadonlyMap<string, ServiceState>;
  readonly user: User | undefined;
  /** The provider's origin: signing out leads there. */
  readonly issuerOrigin: string;
}

/** `/`: what this is, where to go, and how the services are. */
export async function homePage({ version, states, user, issuerOrigin }: HomeOptions): Promise<Response> {
  const rows = [...states].map(
    ([name, state]) =>
      html`<tr>
        <td>${name}</td>
        <td class="${state}">${state}</td>
      </tr>`,
  );
  const body = html`<h1>animal-delivery</h1>
    <p>A platform that delivers live animals: order them, have them carried, follow their journey.</p>
    <ul class="links">
      <li><a href="/docs">API</a> Every request, to read and to try, with sign-in.</li>
      <li><a href="/openapi.json">OpenAPI document</a> The same for programs: version 3.1, JSON.</li>
      <li><a href="/problems">Errors</a> Every refusal, its status and its meaning.</li>
    </ul>
    ${signedIn(user)}
    <h2>Services</h2>
    <table>
      ${rows}
    </table>
    <p><small>Version ${version}</small></p>`;
  return page("animal-delivery", body, `${PAGE_POLICY}; form-action 'self' ${issuerOrigin}`);
}

function signedIn(user: User | undefined) {
  if (!user) return html`<p><a href="/v1/auth/login?return_to=/">Sign in</a></p>`;
  return html`<form method="post" action="/v1/auth/logout">
    Signed in as ${user.roles.join(", ") || "a user without roles"}. <button>Sign out</button>
  </form>`;
}
