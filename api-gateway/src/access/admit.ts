import type { Access } from "@animal-delivery/platform/access/access";
import type { User } from "@animal-delivery/platform/access/caller";
import { gatewayRoles } from "@animal-delivery/platform/access/gateway-roles";
import { DomainError } from "@animal-delivery/platform/errors";
import { givenTimeoutMs } from "@animal-delivery/platform/rpc/timeout-header";
import { access as accessOption } from "@animal-delivery/contracts/gen/common/v1/access_pb";
import { getOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import type { Admission } from "@animal-delivery/transcoder/transcoder";
import type { Route } from "@animal-delivery/transcoder/route";
import type { Exchange } from "@animal-delivery/platform/http/exchange";
import { idempotencyMetadata } from "@animal-delivery/platform/http/idempotency-key";
import type { Authenticator } from "./authenticate.ts";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { RateLimits, RouteClass } from "./rate-limit.ts";

export interface AdmitOptions {
  readonly authenticate: Authenticator;
  readonly access: Access;
  readonly rateLimits: RateLimits;
  /** The deadline of a call whose caller named none. */
  readonly requestTimeoutMs: number;
}

/** Below it everybody tries passwords and tokens, in the gateway's own routes and in those of the contract. */
const AUTH_PATH = "/v1/auth/";
/** A caller may ask for a longer deadline than the default, but not for more than this. */
const TIMEOUT_MS_MAX = 30_000;

/**
 * Lets a request through to its RPC, before its body is read: who is it, are they asking too much, may their roles do this at
 * all. Whether this very resource is theirs the service decides.
 */
export function createAdmit(options: AdmitOptions) {
  const { authenticate, access, rateLimits, requestTimeoutMs } = options;
  return async (route: Route, request: Request, exchange: Exchange): Promise<Admission> => {
    exchange.route = route.template;
    try {
      exchange.user = await authenticate(request);
    } finally {
      // Bad tokens count too, on the address.
      const routeClass = classOf(route);
      await rateLimits.take(routeClass, exchange);
      if (routeClass === "auth" && isSignUp(route)) await rateLimits.takeSignUp(exchange);
    }
    assertMayCall(access, route, exchange.user);
    const headers = metadataOf(request, exchange.user);
    if (route.method.methodKind !== "unary") return { headers };
    return { headers, timeoutMs: Math.min(givenTimeoutMs(request.headers) ?? requestTimeoutMs, TIMEOUT_MS_MAX) };
  };
}

function classOf({ method, template }: Route): RouteClass {
  if (template.startsWith(AUTH_PATH)) return "auth";
  if (method.methodKind !== "unary") return "stream";
  return method.idempotency === Level.NO_SIDE_EFFECTS ? "read" : "write";
}

/** Whether the call makes an account: it costs a hash, a mail and a row, and nobody need be signed in. */
function isSignUp({ method }: Route): boolean {
  const { resource, action } = getOption(method, accessOption);
  return resource === "sign_up" && action === "create";
}

/** Whoever is not signed in is asked to sign in; others are told no. */
function assertMayCall(access: Access, { method }: Route, user: User | undefined): void {
  if (access.grant(gatewayRoles(user), method).size > 0) return;
  if (!user) throw tokenInvalid("this operation needs an access token");
  throw new DomainError("forbidden", "ACCESS_DENIED", "the caller's roles do not allow this operation");
}

/** What the service learns besides the request; the ids and the trace travel with every RPC anyway. */
function metadataOf(request: Request, user: User | undefined): Record<string, string> {
  return { ...(user && { authorization: `Bearer ${user.token}` }), ...idempotencyMetadata(request) };
}
