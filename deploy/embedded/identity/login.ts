import type { IncomingMessage, ServerResponse } from "node:http";
import { errors, type InteractionResults, type Provider } from "oidc-provider";
import { checkCredentials, type SignInSource } from "./check-credentials.ts";
import { escapeHtml, page, pageHeaders, sendPage } from "./page.ts";
import { SEEDED_USERS } from "./seeded-users.ts";

export interface LoginOptions extends SignInSource {
  readonly provider: Provider;
  readonly gatewayOrigin: string;
}

const FORM_BYTES_MAX = 4_096;

/** Whether a request is for the sign-in page. */
export function isLogin(request: IncomingMessage): boolean {
  return request.url?.startsWith("/interaction/") ?? false;
}

/** Shows the sign-in form and takes it. The cookie of the interaction, which no other site's form brings, guards it. */
export async function answerLogin(
  { provider, gatewayOrigin, ...source }: LoginOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = pageHeaders(gatewayOrigin);
  try {
    await provider.interactionDetails(request, response);
    if (request.method !== "POST") return sendPage(response, 200, loginPage(""), headers);

    const form = new URLSearchParams(await readForm(request));
    const refuse = () => sendPage(response, 401, loginPage("Name or password is wrong."), headers);
    const signIn = await checkCredentials(source, form.get("username") ?? "", form.get("password") ?? "");
    if (!signIn) return refuse();
    const finish = (result: InteractionResults) =>
      provider.interactionResult(request, response, result, { mergeWithLastSubmission: false });
    const location = await finish({ login: { accountId: signIn.user.userId, remember: false } });
    if (await signIn.isStillGood()) return void response.writeHead(303, { Location: location }).end();
    await finish({});
    refuse();
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    const text = `<p>This sign-in took too long or was used already. <a href="${gatewayOrigin}/">Start again</a></p>`;
    sendPage(response, 400, page("Sign-in expired", text), headers);
  }
}

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= FORM_BYTES_MAX) chunks.push(chunk);
  }
  return bytes > FORM_BYTES_MAX ? "" : Buffer.concat(chunks).toString("utf8");
}

function loginPage(error: string): string {
  const examples = SEEDED_USERS.map(({ username, password }) => `${username} / ${password}`).join("<br>");
  return page(
    "Sign in",
    `<p class="error" role="alert">${escapeHtml(error)}</p>
<form method="post"><label for="username">E-mail address or name</label>
<input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button></form><p class="hint">Users of this development platform:<br>${examples}</p>`,
  );
}
