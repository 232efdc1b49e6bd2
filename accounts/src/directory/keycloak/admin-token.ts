import { z } from "zod";
import { currentContext, runInContext } from "@animal-delivery/platform/request-context";
import { directoryAway } from "../directory-errors.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Http } from "./http.ts";
import type { KeycloakOptions } from "./keycloak-config.ts";

/** The access token of our service account. */
export interface AdminToken {
  /** One that is good for some time yet; asked for once, however many wait for it. */
  get(): Promise<string>;
  /** Forgets one that Keycloak did not take. */
  drop(token: string): void;
}

const Tokens = z.object({ access_token: z.string(), expires_in: z.number() });

/** A token is not used in the last part of its life: it must not end on the way. */
const MARGIN_MS = 30_000;

export function openAdminToken(
  { clientId, clientSecret }: Pick<KeycloakOptions, "clientId" | "clientSecret">,
  endpoints: () => Promise<Endpoints>,
  http: Http,
): AdminToken {
  let current: { readonly text: string; readonly until: number } | undefined;
  let asked: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const { token_endpoint: url } = await endpoints();
    const askedAt = performance.now();
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    const { status, body } = await http(url, { method: "POST", body: new URLSearchParams(form) });
    // A wrong secret is put right over there or here; till then the directory is as good as away.
    if (status !== 200) throw directoryAway(new Error(`Keycloak answered ${status} to ${clientId} asking for a token`));
    const { access_token: text, expires_in: seconds } = Tokens.parse(body);
    const lifeMs = seconds * 1_000;
    current = { text, until: askedAt + Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
    return text;
  };

  return {
    get: async () => {
      if (current && performance.now() < current.until) return current.text;
      asked ??= forAll(ask).finally(() => (asked = undefined));
      return asked;
    },
    drop: (token) => void (current = current?.text === token ? undefined : current),
  };
}

/** Does not end when the one gives up for whom it began: others wait for it. */
async function forAll<T>(work: () => Promise<T>): Promise<T> {
  const context = currentContext();
  return context ? runInContext({ ...context, signal: undefined }, work) : work();
}
