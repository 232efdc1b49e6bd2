import { html } from "hono/html";
import { page, PAGE_POLICY } from "@animal-delivery/platform/http/page";

/** Where the script of these pages is. */
export const MAIL_LINK_SCRIPT_PATH = "/mail-link.js";

/** Nothing is sent but by the script: without it a browser would send the form to this page, the password in it. */
const POLICY = `${PAGE_POLICY}; script-src 'self'; connect-src 'self'; form-action 'none'`;

/** `/reset-password`, to which mails lead: somebody chooses a password by the token behind `#`. */
export async function resetPasswordPage(): Promise<Response> {
  const body = html`<h1>Choose a password</h1>
    <form method="post" data-call="/v1/auth/password:reset">
      <label for="new_password">New password</label>
      <input
        id="new_password"
        name="new_password"
        type="password"
        autocomplete="new-password"
        required
        minlength="12"
        maxlength="128"
        aria-describedby="rule"
      />
      <p id="rule"><small>At least 12 characters: a few words that do not belong together are best.</small></p>
      <p><button disabled>Save the password</button></p>
    </form>
    <p id="done" tabindex="-1" hidden>
      Your password is saved, and whoever was signed in to your account is signed out.
      <a href="/v1/auth/login?return_to=/">Sign in</a>
    </p>
    ${outcome()}`;
  return page("Choose a password", body, POLICY);
}

/** `/verify-email`, to which mails lead: somebody proves an e-mail address by the token behind `#`. */
export async function verifyEmailPage(): Promise<Response> {
  const body = html`<h1>Confirm your e-mail address</h1>
    <form method="post" data-call="/v1/auth/email:verify">
      <p>The mail that led you here was sent to an address that you say is yours.</p>
      <p><button disabled>Yes, it is mine</button></p>
    </form>
    <p id="done" tabindex="-1" hidden>Your e-mail address is confirmed. <a href="/">Go on</a></p>
    ${outcome()}`;
  return page("Confirm your e-mail address", body, POLICY);
}

/** Where the script tells what came of it; screen readers read it out. */
function outcome() {
  return html`<p id="outcome" class="bad" role="alert"></p>
    <noscript><p class="bad">This page needs JavaScript.</p></noscript>
    <script src="${MAIL_LINK_SCRIPT_PATH}"></script>`;
}
