import { createHash } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { z } from "zod";
import { DomainError } from "@animal-delivery/platform/errors";
import { consume } from "../access/rate-limit.ts";
import { tokenInvalid } from "../access/authenticate.ts";
import type { GatewayContext } from "../http/route.ts";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { readForm } from "./read-form.ts";

const SignIn = z.strictObject({ username: z.string().min(1).max(255), password: z.string().min(1).max(1_024) });
const Refresh = z.strictObject({ refresh_token: z.string().min(1).max(8_192) });

const FAILURES_WINDOW_S = 600;

/**
 * Signing in without a browser, for programs of our own: the password goes to the provider, the tokens come back.
 *
 * @param failuresMax wrong passwords for one account within ten minutes; right ones do not count.
 */
export function createSignIn(provider: IdentityProvider, failuresMax: number) {
  const failures = new RateLimiterMemory({ keyPrefix: "sign-in", points: failuresMax, duration: FAILURES_WINDOW_S });
  return {
    signIn: async (c: GatewayContext): Promise<Response> => {
      const { username, password } = await readForm(c.req.raw, SignIn);
      const account = createHash("sha256").update(username).digest("base64url");
      // Counted before the answer is known, or guesses at the same moment would all be free.
      await consume(failures, account, c.get("exchange"));
      try {
        const tokens = await provider.signIn(username, password);
        await failures.delete(account);
        return tokenAnswer(tokens);
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind !== "unauthenticated") {
          await failures.reward(account);
          throw error;
        }
        throw tokenInvalid("the name or the password is wrong");
      }
    },
    refresh: async (c: GatewayContext): Promise<Response> => {
      const { refresh_token } = await readForm(c.req.raw, Refresh);
      return tokenAnswer(await provider.refresh("first-party", refresh_token));
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
