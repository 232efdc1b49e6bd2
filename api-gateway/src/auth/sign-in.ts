import { z } from "zod";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import { DomainError } from "@animal-delivery/platform/errors";
import { createOneByOne } from "@animal-delivery/platform/one-by-one";
import type { Counters } from "../access/counters.ts";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { GatewayContext } from "../http/route.ts";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { readForm } from "./read-form.ts";
import { RefreshToken } from "./refresh-token.ts";
import { createSharedRefresh } from "./shared-refresh.ts";
import { createSignInFailures, nameOfAccount } from "./sign-in-failures.ts";

/** No account has a control character in its name, and a provider's database may not even take one. */
const Username = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, "must not hold control characters");
const SignIn = z.strictObject({ username: Username, password: z.string().min(1).max(1_024) });
const Refresh = z.strictObject({ refresh_token: RefreshToken });

export interface SignInOptions {
  readonly kv: KeyValueStore;
  readonly provider: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly deniedSessions: Pick<DeniedSessions, "isDenied">;
  readonly counters: Counters;
  /** Wrong passwords for one account from one address within ten minutes; right ones do not count. */
  readonly signInFailuresMax: number;
}

/** Signing in without a browser, for programs of our own: the password goes to the provider, the tokens come back. */
export function createSignIn(options: SignInOptions) {
  const { kv, provider, verifier, deniedSessions, counters, signInFailuresMax } = options;
  const sharedRefresh = createSharedRefresh(kv, provider);
  /** Whoever signed out need not have told us the refresh token: it ends when it shows up. */
  const assertNotOver = async ({ accessToken, refreshToken }: TokenSet): Promise<void> => {
    const { sessionId } = await verifier.verify(accessToken);
    if (sessionId === "" || !deniedSessions.isDenied(sessionId)) return;
    if (refreshToken !== undefined) await provider.revoke("first-party", refreshToken);
    throw tokenInvalid("the session has ended");
  };
  const failures = createSignInFailures(counters, signInFailuresMax);
  // A provider that guards against guessing refuses a second sign-in of an account while one is under way.
  const inTurn = createOneByOne();
  return {
    signIn: async (c: GatewayContext): Promise<Response> => {
      const { username, password } = await readForm(c.req.raw, SignIn);
      const attempt = await failures.begin(username, c.get("exchange"));
      try {
        const tokens = await inTurn(nameOfAccount(username), async () => provider.signIn(username, password));
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
    refresh: async (c: GatewayContext): Promise<Response> => {
      const { refresh_token } = await readForm(c.req.raw, Refresh);
      const tokens = await sharedRefresh(refresh_token);
      await assertNotOver(tokens);
      return tokenAnswer(tokens);
    },
  };
}

function tokenAnswer({ accessToken, refreshToken, expiresInSeconds }: TokenSet): Response {
  return Response.json({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: expiresInSeconds,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  });
}
