import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { RateLimits } from "../access/rate-limit.ts";
import type { HttpContext } from "@animal-delivery/platform/http/route";
import { InvalidRequest } from "@animal-delivery/platform/http/problem";
import { type EndedSession, type LogoutTokenRules, verifyLogoutToken } from "./logout-token.ts";
import { readUrlEncoded } from "./read-form.ts";

export interface BackchannelLogoutOptions {
  readonly logoutTokens: LogoutTokenRules;
  readonly kv: KeyValueStore;
  readonly deniedSessions: Pick<DeniedSessions, "deny">;
  readonly rateLimits: RateLimits;
  /** How long the session's tokens are refused; longer than any of them lives. */
  readonly denyMs: number;
}

const Form = z.object({ logout_token: z.string().min(1).max(8_192) });
/** Longer than the clocks of the provider and ours may differ. */
const REMEMBER_MS_MIN = 60_000;

/**
 * Takes the provider's word that a session ended there: somebody signed out in another application, or an administrator ended
 * the session. Its tokens are denied everywhere, and a browser's session with them.
 */
export function createBackchannelLogout(options: BackchannelLogoutOptions) {
  const { logoutTokens, kv, deniedSessions, rateLimits, denyMs } = options;

  const assertFirstTime = async ({ tokenId, expiresAt }: EndedSession): Promise<void> => {
    const ttlMs = Math.max(REMEMBER_MS_MIN, expiresAt.getTime() - Date.now() + REMEMBER_MS_MIN);
    // With the store away the session is denied at the least here, and the failure is told by `deny`.
    const isNew = await kv.setIfAbsent(`logout-token:${tokenId}`, randomUUID(), ttlMs).catch(() => true);
    if (!isNew) throw new InvalidRequest([{ field: "logout_token", message: "was used already" }]);
  };

  const end = async (request: Request): Promise<Response> => {
    const { logout_token: token } = await readUrlEncoded(request, Form);
    const ended = await verifyLogoutToken(token, logoutTokens);
    await assertFirstTime(ended);
    await deniedSessions.deny(ended.sessionId, denyMs);
    return new Response(null, { status: 200, headers: { "cache-control": "no-store" } });
  };

  return async (c: HttpContext): Promise<Response> => {
    try {
      return await end(c.req.raw);
    } catch (error) {
      // Only failures count: a provider that ends thousands of sessions at once sends thousands of good tokens.
      await rateLimits.take("auth", c.get("exchange"));
      throw error;
    }
  };
}
