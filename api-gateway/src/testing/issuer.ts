import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export const AUDIENCE = "https://api.animal-delivery.example";

/** An OpenID provider on loopback, small but real: it signs tokens, rotates refresh tokens and speaks the code flow. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Refresh tokens that were revoked. */
  readonly revoked: ReadonlySet<string>;
  /** How often tokens were refreshed. */
  refreshes(): number;
  /** An access token, with whatever claims and header a test wants. */
  token(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** How long the access tokens of the token endpoint live; 300 s at first. */
  setLifetime(seconds: number): void;
}

interface Grant {
  readonly subject: string;
  readonly sessionId: string;
  readonly clientId: string;
}

/** Users are their own password: `ada` signs in with `ada-password` and has the role `customer`, `admin` the role `admin`. */
export async function startIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "RS256", use: "sig" };
  const codes = new Map<string, Grant & { challenge: string; nonce: string }>();
  const refreshTokens = new Map<string, Grant>();
  const revoked = new Set<string>();
  let refreshes = 0;
  let lifetimeSeconds = 300;

  const sign = async (claims: JWTPayload, header: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "test", ...header }).sign(privateKey);
  const now = (): number => Math.floor(Date.now() / 1_000);
  const accessToken = async (claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> =>
    sign(
      {
        iss: url,
        aud: AUDIENCE,
        sub: "ada",
        iat: now(),
        exp: now() + 300,
        jti: randomUUID(),
        client_id: "test",
        sid: "session-of-ada",
        roles: ["customer"],
        ...claims,
      },
      { typ: "at+jwt", ...header },
    );
  const tokensOf = async (grant: Grant, nonce?: string): Promise<object> => {
    const refreshToken = randomUUID();
    refreshTokens.set(refreshToken, grant);
    const { subject: sub, sessionId: sid, clientId } = grant;
    const roles = [sub === "admin" ? "admin" : "customer"];
    const idClaims = { iss: url, aud: clientId, sub, iat: now(), exp: now() + 300, ...(nonce && { nonce }) };
    return {
      access_token: await accessToken({ sub, sid, roles, exp: now() + lifetimeSeconds }),
      id_token: await sign(idClaims, { typ: "JWT" }),
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: lifetimeSeconds,
    };
  };

  const grants: Record<string, (form: URLSearchParams) => Promise<object>> = {
    async password(form) {
      const subject = form.get("username") ?? "";
      if (form.get("password") !== `${subject}-password`) return refuse;
      return tokensOf({ subject, sessionId: randomUUID(), clientId: form.get("client_id") ?? "" });
    },
    async authorization_code(form) {
      const code = codes.get(form.get("code") ?? "");
      codes.delete(form.get("code") ?? "");
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      return code?.challenge === challenge ? tokensOf(code, code.nonce) : refuse;
    },
    async refresh_token(form) {
      const token = form.get("refresh_token") ?? "";
      const grant = refreshTokens.get(token);
      if (!grant || revoked.has(token)) return refuse;
      refreshTokens.delete(token);
      refreshes += 1;
      return tokensOf(grant);
    },
  };

  const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
    "/.well-known/openid-configuration": async (_request, response) =>
      sendJson(response, {
        issuer: url,
        jwks_uri: `${url}/jwks`,
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
        end_session_endpoint: `${url}/end`,
        id_token_signing_alg_values_supported: ["RS256"],
      }),
    "/jwks": async (_request, response) => sendJson(response, { keys: [jwk] }),
    // Signs `ada` in without asking.
    "/auth": async (request, response) => {
      const asked = new URL(request.url ?? "", url).searchParams;
      const code = randomUUID();
      const challenge = asked.get("code_challenge") ?? "";
      const grant = { subject: "ada", sessionId: randomUUID(), clientId: asked.get("client_id") ?? "" };
      codes.set(code, { ...grant, challenge, nonce: asked.get("nonce") ?? "" });
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString();
      response.writeHead(302, { location: back.href }).end();
    },
    "/token": async (request, response) => {
      const form = await formOf(request);
      sendJson(response, (await grants[form.get("grant_type") ?? ""]?.(form)) ?? refuse);
    },
    "/revoke": async (request, response) => {
      revoked.add((await formOf(request)).get("token") ?? "");
      response.end();
    },
  };

  const server = createServer((request, response) => {
    const answer = answers[new URL(request.url ?? "", "http://localhost").pathname];
    void answer?.(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    revoked,
    refreshes: () => refreshes,
    token: accessToken,
    setLifetime: (seconds) => (lifetimeSeconds = seconds),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const refuse = { error: "invalid_grant" };

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(body === refuse ? 400 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
