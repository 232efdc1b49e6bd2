/** What to say to people, by the reason of a refusal. */
const REFUSALS = {
  MAIL_TOKEN_INVALID: "This link is not good any more: it was used already, or it is too old. Ask for a new one.",
  PASSWORD_COMMON: "This password is one of those that everybody tries first. Choose another one.",
  REQUEST_INVALID: "The password must have 12 to 128 characters, and the link must be whole.",
  EMAIL_TAKEN: "Somebody has this e-mail address already.",
  RATE_LIMITED: "That was too often. Try again in some minutes.",
} as const;

/**
 * The script of the pages to which mails lead: sends the token behind `#`, with what the form holds, once its button is
 * pressed, and not before, since some programs that read mail follow every link. The token leaves the address at once, so
 * that it is in no history; the session cookie stays at home, since the token alone says who it is about.
 */
export const MAIL_LINK_SCRIPT = `const refusals = ${JSON.stringify(REFUSALS)};
const [form, button, outcome, done] = ["form", "button", "#outcome", "#done"].map((name) => document.querySelector(name));
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

async function send() {
  const body = JSON.stringify({ ...Object.fromEntries(new FormData(form)), token });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(form.dataset.call, { method: "POST", headers, body, credentials: "omit" });
  if (answer.ok) return undefined;
  const { reason } = await answer.json();
  return refusals[reason] ?? "It did not work just now. Try again in a moment.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  outcome.textContent = "One moment…";
  const refusal = await send().catch(() => "The connection failed. Try again in a moment.");
  button.disabled = false;
  outcome.textContent = refusal ?? "";
  if (refusal !== undefined) return;
  form.hidden = true;
  done.hidden = false;
  done.focus();
});

if (token) button.disabled = false;
else outcome.textContent = "This link is not complete. Open it from the mail once more.";
`;
