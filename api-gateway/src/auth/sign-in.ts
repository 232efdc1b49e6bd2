import { z } from "zod";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import { DomainError } from "@animal-delivery/platform/errors";
import { createOneByOne } from "@animal-delivery/platform/one-by-one";
import type { Counters } from "../access/counters.ts";
import type { RateLimits } from "../access/rate-limit.ts";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { HttpContext } from "@animal-delivery/platform/http/route";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { readForm } from "./read-form.ts";
import { RefreshToken } from "./refresh-token.ts";
import { createSharedRefresh } from "./shared-refresh.ts";
import { createRefreshLimit } from "./refresh-limit.ts";
import { SignInBody } from "./sign-in-body.ts";
import { createSignInFailures, nameOfAccount } from "./sign-in-failures.ts";

const Refresh = z.strictObject({ refresh_token: RefreshToken });

export interface SignInOptions {
  readonly kv: KeyValueStore;
  readonly provider: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly deniedSessions: Pick<DeniedSessions, "isDenied">;
  readonly counters: Counters;
  readonly rateLimits: RateLimits;
  /** Wrong passwords for one account from one address within ten minutes; right ones do not count. */
  readonly signInFailuresMax: number;
}

/** Signing in without a browser, for programs of our own: the password goes to the provider, the tokens come back. */
export function createSignIn(options: SignInOptions) {
  const { kv, provider, verifier, deniedSessions, counters, rateLimits, signInFailuresMax } = options;
  const refreshLimit = createRefreshLimit(kv, rateLimits);
  const sharedRefresh = createSharedRefresh(kv, provider);
  /** Whoever signed out need not have told us the refresh token: it ends when it shows up. */
  const assertNotOver = async (sessionId: string, refreshToken: string | undefined): Promise<void> => {
    if (sessionId === "" || !deniedSessions.isDenied(sessionId)) return;
    if (refreshToken !== undefined) await provider.revoke("first-party", refreshToken);
    throw tokenInvalid("the session has ended");
  };
  const failures = createSignInFailures(counters, signInFailuresMax);
  // A provider that guards against guessing refuses a second sign-in of an account while one is under way.
  const inTurn = createOneByOne();
  return {
    signIn: async (c: HttpContext): Promise<Response> => {
      const { name, password } = await readForm(c.req.raw, SignInBody);
      const attempt = await failures.begin(name, c.get("exchange"));
      try {
        const tokens = await inTurn(nameOfAccount(name), async () => provider.signIn(name, password));
        await attempt.succeeded();
        return tokenAnswer(tokens);
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind !== "unauthenticated") {
          await attempt.wasNotJudged();
          throw error;
        }
        throw tokenInvalid("the name or the password is wrong");
      }
    },
    refresh: async (c: HttpContext): Promise<Response> => {
      const { refresh_token } = await readForm(c.req.raw, Refresh);
      await refreshLimit.take(refresh_token, c.get("exchange"));
      const tokens = await sharedRefresh(refresh_token);
      const { subject, sessionId } = await verifier.verify(tokens.accessToken);
      await assertNotOver(sessionId, tokens.refreshToken);
      await refreshLimit.remember(tokens.refreshToken, subject);
      return tokenAnswer(tokens);
    },
  };
}

function tokenAnswer({ accessToken, refreshToken, expiresInSeconds, refreshExpiresInSeconds }: TokenSet): Response {
  return Response.json({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: expiresInSeconds,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(refreshExpiresInSeconds !== undefined && { refresh_expires_in: refreshExpiresInSeconds }),
  });
}
