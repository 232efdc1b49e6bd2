import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { JWTPayload } from "jose";
import { createIssuerGrants, type IssuerGrants } from "./issuer-grants.ts";
import { createIssuerTokens, type IssuerTokens } from "./issuer-tokens.ts";

/** An OpenID provider on loopback, small but real: it signs tokens, rotates refresh tokens and speaks the code flow. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** What it remembers; a test may change how long its tokens live. */
  readonly grants: IssuerGrants;
  /** An access token, with whatever claims and header a test wants. */
  token(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

/** @param metadata more of the discovery document. */
export async function startIssuer(metadata: object = {}): Promise<TestIssuer> {
  const tokens = await createIssuerTokens();
  const grants = createIssuerGrants(tokens);
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const answers = answersOf({ ...discovery(url), ...metadata }, tokens, grants);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answers[new URL(request.url ?? "", url).pathname]?.(request, response);
  });
  return {
    url,
    grants,
    token: async (claims, header) => tokens.access(url, claims, header),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function answersOf(
  metadata: ReturnType<typeof discovery>,
  { jwk }: IssuerTokens,
  grants: IssuerGrants,
): Record<string, Answer> {
  const url = metadata.issuer;
  return {
    "/.well-known/openid-configuration": async (_request, response) => sendJson(response, metadata),
    "/jwks": async (_request, response) => sendJson(response, { keys: [jwk] }),
    "/auth": async (request, response) => {
      const asked = new URL(request.url ?? "", url).searchParams;
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.searchParams.set("code", grants.codeFor(asked));
      back.searchParams.set("state", asked.get("state") ?? "");
      response.writeHead(302, { location: back.href }).end();
    },
    "/token": async (request, response) => {
      const answer = await grants.answer(url, new URLSearchParams(await text(request)));
      if (typeof answer === "string") sendJson(response, { error: answer }, 400);
      else sendJson(response, answer);
    },
    "/end": async (request, response) => {
      grants.ended.push(new URLSearchParams(await text(request)).get("id_token_hint") ?? "");
      response.end();
    },
    "/revoke": async (request, response) => {
      grants.revoked.add(new URLSearchParams(await text(request)).get("token") ?? "");
      response.end();
    },
  };
}

function discovery(url: string) {
  return {
    issuer: url,
    jwks_uri: `${url}/jwks`,
    authorization_endpoint: `${url}/auth`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    end_session_endpoint: `${url}/end`,
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
