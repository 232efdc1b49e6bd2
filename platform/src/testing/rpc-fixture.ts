import type { DescService } from "@bufbuild/protobuf";
import type { CallOptions, Client, ConnectRouter } from "@connectrpc/connect";
import { loadAccess } from "../access/access.ts";
import type { TokenVerifier } from "../access/token.ts";
import { DomainError } from "../errors.ts";
import { createAuthenticator, type AuthenticateOptions } from "../rpc/authenticate.ts";
import { createRpcClient, type RpcClientOptions } from "../rpc/client.ts";
import { startRpcServer, type RpcServer, type RpcServerOptions } from "../rpc/server.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { TestCertificates } from "./certificates.ts";
import { testTelemetry } from "./telemetry.ts";

export interface RpcFixtureOptions {
  readonly certificates: TestCertificates;
  /** The server's name; `orders` unless given. */
  readonly name?: string;
  readonly routes: (router: ConnectRouter) => void;
  /** Takes the tokens of `as` unless given. */
  readonly verifier?: TokenVerifier;
  readonly deniedSessions?: AuthenticateOptions["deniedSessions"];
  readonly telemetry?: Telemetry;
  readonly server?: Partial<
    Pick<
      RpcServerOptions,
      "host" | "port" | "deadline" | "isServing" | "tls" | "clientCertificate" | "connectionMaxAgeMs"
    >
  >;
}

/** A real server and clients of it, over mutual TLS on loopback, under the policy of this repository. */
export interface RpcFixture extends AsyncDisposable {
  readonly server: RpcServer;
  readonly address: string;
  /** A client that shows the certificate of `peer`; the gateway's unless given. */
  client<S extends DescService>(service: S, peer?: string, options?: Partial<RpcClientOptions>): Client<S>;
}

export async function rpcFixture(options: RpcFixtureOptions): Promise<RpcFixture> {
  const { certificates, name = "orders", routes, telemetry = testTelemetry(name) } = options;
  const { verifier = testVerifier, deniedSessions } = options;
  const server = await startRpcServer({
    name,
    host: "127.0.0.1",
    port: 0,
    tls: certificates.tlsOf(name),
    routes,
    authenticate: createAuthenticator({ access: await loadAccess(), verifier, deniedSessions }),
    telemetry,
    ...options.server,
  });
  const address = `https://127.0.0.1:${server.port}`;
  return {
    server,
    address,
    client: (service, peer = "api-gateway", more = {}) => {
      return createRpcClient(service, { address, tls: certificates.tlsOf(peer), telemetry, peer: name, ...more });
    },
    [Symbol.asyncDispose]: () => server.drain(200),
  };
}

/** Call options of a user: `as("ada", "customer")`. */
export function as(subject: string, ...roles: string[]): CallOptions {
  return { headers: { authorization: `Bearer ${subject}.${roles.join(".")}` } };
}

/** Takes the tokens that `as` makes; anything else is no token. */
export const testVerifier: TokenVerifier = {
  async verify(token) {
    const [subject, ...roles] = token.split(".");
    if (!subject || roles.length === 0) throw new DomainError("unauthenticated", "TOKEN_INVALID", "no token of a test");
    return { subject, roles, sessionId: `session-${subject}`, expiresAt: new Date(Date.now() + 3_600_000), token };
  },
};
