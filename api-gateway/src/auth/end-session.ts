import * as oidc from "openid-client";
import { asking, type OidcClientOptions } from "./oidc-client.ts";
import { twoAddresses } from "@animal-delivery/platform/access/two-addresses";

/** How a session ends at the provider itself: RP-Initiated Logout 1.0. */
export interface EndSession {
  /** Where the browser ends it; undefined when the provider has no such place. */
  endSessionUrl(idToken: string | undefined): Promise<URL | undefined>;
  /** Asks for it without the browser, which some providers grant. Never rejects. */
  endSession(idToken: string): Promise<void>;
}

export function endSessionAt(
  client: () => Promise<oidc.Configuration>,
  provider: OidcClientOptions,
  origin: string,
): EndSession {
  const { forUs } = twoAddresses(provider);
  const ask = async (idToken: string): Promise<void> => {
    const configuration = await client();
    const url = configuration.serverMetadata().end_session_endpoint;
    const body = new URLSearchParams({ id_token_hint: idToken, client_id: configuration.clientMetadata().client_id });
    if (!url) return;
    const response = await fetch(forUs(url), {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(provider.timeoutMs),
    });
    await response.body?.cancel();
  };
  return {
    async endSessionUrl(idToken) {
      const configuration = await asking(client());
      if (!configuration.serverMetadata().end_session_endpoint) return undefined;
      const hint = idToken === undefined ? {} : { id_token_hint: idToken };
      return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${origin}/`, ...hint });
    },
    endSession: async (idToken) => ask(idToken).catch(() => undefined),
  };
}
