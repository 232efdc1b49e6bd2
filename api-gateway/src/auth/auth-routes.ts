import type { Hono } from "hono";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { Authenticator } from "../access/authenticate.ts";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { RateLimits } from "../access/rate-limit.ts";
import type { HttpEnv } from "@animal-delivery/platform/http/exchange";
import { addRoute, type HttpContext } from "@animal-delivery/platform/http/route";
import { type BackchannelLogoutOptions, createBackchannelLogout } from "./backchannel-logout.ts";
import { createLogin, type LoginOptions } from "./login.ts";
import { createLogout, type LogoutOptions } from "./logout.ts";
import { createSignIn, type SignInOptions } from "./sign-in.ts";

export interface AuthRoutesOptions extends LoginOptions, LogoutOptions, SignInOptions, BackchannelLogoutOptions {
  readonly rateLimits: RateLimits;
  readonly deniedSessions: Pick<DeniedSessions, "deny" | "isDenied">;
}

/** `/v1/auth/…`: signing in and out, with a browser and without. */
export function addAuthRoutes(app: Hono<HttpEnv>, options: AuthRoutesOptions): void {
  const direct = createSignIn(options);
  const browser = createLogin(options);
  const limited = (handler: (c: HttpContext) => Promise<Response>) => async (c: HttpContext) => {
    await options.rateLimits.take("auth", c.get("exchange"));
    return handler(c);
  };
  addRoute(app, "/v1/auth/sign-in", { POST: limited(direct.signIn) });
  addRoute(app, "/v1/auth/refresh", { POST: limited(direct.refresh) });
  addRoute(app, "/v1/auth/login", { GET: limited(browser.login) });
  addRoute(app, "/v1/auth/callback", { GET: limited(browser.callback) });
  addRoute(app, "/v1/auth/logout", { POST: limited(createLogout(options)) });
  addRoute(app, "/v1/auth/backchannel-logout", { POST: createBackchannelLogout(options) });
  addRoute(app, "/v1/auth/me", { GET: limited(me(options.authenticate)) });
}

/** Who the caller is, as the platform sees them. */
function me(authenticate: Authenticator) {
  return async (c: HttpContext): Promise<Response> => {
    const user = await authenticate(c.req.raw);
    if (!user) throw tokenInvalid("nobody is signed in");
    c.get("exchange").user = user;
    const { subject, roles, expiresAt } = user;
    return Response.json({ subject, roles, expires_at: expiresAt.toISOString() });
  };
}
