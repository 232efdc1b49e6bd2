import { signUpDraft } from "../sign-up.ts";
import { anonymous } from "../people.ts";
import { orderDraft } from "../story.ts";
import { withKey, type Person, type Stage } from "./life.ts";

/**
 * Makes requests that are refused and hold what is personal: in values that are wrong, in names, addresses and headers.
 *
 * @returns the status of each.
 */
export async function makeMistakes(
  { target }: Stage,
  { api, userId, canary }: Person,
): Promise<Record<string, number>> {
  const { word, email, newEmail, password, displayName, phone, recipient, pickup, dropOff } = canary;
  const anybody = anonymous(target);
  const draft = signUpDraft({ email: newEmail, password, display_name: displayName });
  const order = { ...orderDraft("01982f5e-7c00-7000-8000-000000000001"), pickup, drop_off: dropOff, recipient };
  const me = `/v1/users/${userId}`;
  const attempts: Record<string, () => Promise<{ status: number }>> = {
    "an address that is taken": () => anybody.post("/v1/auth/sign-up", draft, withKey(canary)),
    "no address": () => anybody.post("/v1/auth/sign-up", { ...draft, email: `${word}@@` }),
    "a name with a control character": () => anybody.post("/v1/auth/sign-up", { ...draft, display_name: `${word}\n` }),
    "a name of the wrong type": () => anybody.post("/v1/auth/sign-up", { ...draft, display_name: [word] }),
    "a field nobody knows": () => anybody.post("/v1/auth/sign-up", { ...draft, [word]: word }),
    "a wrong password": () => anybody.post("/v1/auth/sign-in", { email: newEmail, password: `${word} guess` }),
    "an address of the past": () => anybody.post("/v1/auth/sign-in", { email, password }),
    "a sign-in that is none": () => anybody.post("/v1/auth/sign-in", { email: `${word}@@`, password }),
    "a token that is none": () => anybody.post("/v1/auth/email:verify", { token: word }),
    "a stranger's sign-up": () => anybody.get(`/v1/auth/sign-up/${word}`),
    "a phone that is none": () => api.patch(me, { phone: `${phone}x` }),
    "a locale that is none": () => api.patch(me, { locale: `${word}${word}` }),
    "an address for admins": () => api.patch(me, { email: `${word}.other@example.com` }),
    "a wrong current password": () =>
      api.post("/v1/auth/password:change", { current_password: `${word} guess`, new_password: `${word} wild otters` }),
    "a password that many have": () =>
      api.post("/v1/auth/password:change", { current_password: password, new_password: "password1234" }),
    "a change of address without the password": () =>
      api.post("/v1/auth/email:requestChange", { new_email: `${word}.x@example.com`, password: `${word} guess` }),
    "an order of nothing that there is": () => api.post("/v1/orders", { ...order, note: word }, withKey(canary)),
    "an order to a country that is none": () =>
      api.post("/v1/orders", { ...order, pickup: { ...pickup, country: word } }, withKey(canary)),
    "an order to nowhere": () => api.post("/v1/orders", { ...order, drop_off: { ...dropOff, latitude: word } }),
    "an order with a null character": () => api.post("/v1/orders", { ...order, note: `${word}\0` }, withKey(canary)),
    "a note that is too long": () => api.post("/v1/notes", { title: word.repeat(100), content: word }),
    "a note with a null character": () => api.post("/v1/notes", { title: `${word}\0`, content: `${word}\0` }),
    "a path that is none": () => api.get(`/v1/${word}/${encodeURIComponent(newEmail)}`),
    "an id that is none": () => api.get(`/v1/orders/${word}`),
    "a query that is none": () => api.get(`/v1/notes?${word}=${word}`),
    "half a body": () => halfABody(target.baseUrl, api.token, word),
  };
  const statuses: Record<string, number> = {};
  for (const [name, attempt] of Object.entries(attempts)) statuses[name] = (await attempt()).status;
  return statuses;
}

function halfABody(baseUrl: string, token: string, word: string): Promise<{ status: number }> {
  return fetch(`${baseUrl}/v1/notes`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": word },
    body: `{"title": "${word}", ${word}`,
  });
}
