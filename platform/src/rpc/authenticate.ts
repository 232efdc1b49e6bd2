import type { DescMethod } from "@bufbuild/protobuf";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { SagaService } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import type { Access } from "../access/access.ts";
import type { Caller, User } from "../access/caller.ts";
import type { DeniedSessions } from "../access/denied-sessions.ts";
import { gatewayRoles } from "../access/gateway-roles.ts";
import { tokenInvalid } from "../access/token-invalid.ts";
import type { TokenVerifier } from "../access/token.ts";
import { DomainError } from "../errors.ts";
import { grantKey } from "./grant.ts";
import { isInfrastructure } from "./infrastructure.ts";
import { peerKey } from "./peer.ts";

/** The peer whose calls carry users, and callers that are nobody. */
const GATEWAY = "api-gateway";

/** The peer whose calls carry operators, and what it may call. Its certificate alone is good for nothing. */
const OPS = "ops";
const FOR_OPERATORS: ReadonlySet<string> = new Set([OperationsService.typeName, SagaService.typeName]);

export interface AuthenticateOptions {
  readonly verifier: TokenVerifier;
  readonly access: Access;
  readonly deniedSessions?: Pick<DeniedSessions, "isDenied"> | undefined;
}

/** Finds out who calls and whether they may. */
export interface Authenticator {
  /**
   * Sets the grant of a call, before its body is read.
   *
   * @throws {DomainError} unauthenticated TOKEN_INVALID, forbidden ACCESS_DENIED; unavailable while tokens cannot be checked.
   */
  readonly authenticate: (context: Pick<HandlerContext, "method" | "requestHeader" | "values">) => Promise<void>;
  /**
   * Looks again at whoever calls, by what `authenticate` left in the context of a call that goes on for long.
   *
   * @throws {DomainError} unauthenticated TOKEN_INVALID when the token expired or the session ended.
   */
  readonly recheck: (values: ContextValues) => void | Promise<void>;
}

export function createAuthenticator({ verifier, access, deniedSessions }: AuthenticateOptions): Authenticator {
  const assertNotDenied = (user: User): void => {
    if (user.sessionId && deniedSessions?.isDenied(user.sessionId)) throw tokenInvalid("the session has ended");
  };
  return {
    async authenticate(context) {
      const peer = context.values.get(peerKey);
      if (!peer) throw tokenInvalid("the client certificate names no service of this platform");
      if (isInfrastructure(context.method)) return;
      if (peer === OPS && !isForOperators(context.method))
        throw accessDenied("this certificate is for operations alone");
      const token = bearerToken(context.requestHeader);
      const user = token === undefined ? undefined : await verifier.verify(token);
      if (user) assertNotDenied(user);
      const caller = callerOf(peer, user);
      const relations = access.grant(caller.roles, context.method);
      if (relations.size === 0) throw refusalFor(caller);
      context.values.set(grantKey, { caller, relations });
    },
    recheck(values) {
      const user = values.get(grantKey)?.caller.user;
      if (!user) return;
      if (user.expiresAt.getTime() <= Date.now()) throw tokenInvalid("the access token has expired");
      assertNotDenied(user);
    },
  };
}

function callerOf(peer: string, user: User | undefined): Caller {
  const service = `service:${peer}`;
  if (peer === OPS) return { peer, user, roles: user?.roles ?? [], actor: user?.subject ?? service };
  if (peer !== GATEWAY) return { peer, user, roles: [service], actor: user?.subject ?? service };
  return { peer, user, roles: gatewayRoles(user), actor: user?.subject ?? "anonymous" };
}

/** Whoever is not signed in is asked to sign in; others are told no. */
function refusalFor({ peer, user }: Caller): DomainError {
  if ((peer === GATEWAY || peer === OPS) && !user) return tokenInvalid("this operation needs an access token");
  return accessDenied("the caller's roles do not allow this operation");
}

function accessDenied(message: string): DomainError {
  return new DomainError("forbidden", "ACCESS_DENIED", message);
}

function isForOperators(method: DescMethod): boolean {
  return FOR_OPERATORS.has(method.parent.typeName);
}

/** The token of `authorization`; undefined without the header. */
function bearerToken(header: Headers): string | undefined {
  const authorization = header.get("authorization");
  if (authorization === null) return undefined;
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
  if (!token) throw tokenInvalid("the authorization header holds no bearer token");
  return token;
}
