import { createHash, randomUUID } from "node:crypto";
import type { IssuerTokens, SignedIn } from "./issuer-tokens.ts";

/** What an issuer remembers, and the grants it gives. Users are their own password: `ada` has `ada-password`. */
export interface IssuerGrants {
  readonly revoked: Set<string>;
  refreshes: number;
  lifetimeSeconds: number;
  takesPasswords: boolean;
  /** What it says of a refresh token's life, as Keycloak does; undefined to say nothing. */
  refreshExpiresIn: number | undefined;
  /** The session of every login by a browser; undefined for a new one each time. */
  sessionOfBrowsers: string | undefined;
  /** The ID tokens that came with requests to end their sessions. */
  readonly ended: string[];
  /** A code for `ada`, who signs in without being asked. */
  codeFor(asked: URLSearchParams): string;
  /** What the token endpoint answers to a form; the error's name when it refuses. */
  answer(issuer: string, form: URLSearchParams): Promise<Record<string, unknown> | string>;
}

interface Code extends SignedIn {
  readonly challenge: string;
  readonly nonce: string;
}

export function createIssuerGrants(tokens: IssuerTokens): IssuerGrants {
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, SignedIn>();

  const takers: Record<string, (form: URLSearchParams) => (SignedIn & Partial<Code>) | undefined> = {
    password(form) {
      const subject = form.get("username") ?? "";
      if (form.get("password") !== `${subject}-password`) return undefined;
      return { subject, sessionId: randomUUID(), clientId: form.get("client_id") ?? "" };
    },
    authorization_code(form) {
      const code = codes.get(form.get("code") ?? "");
      codes.delete(form.get("code") ?? "");
      const verifier = form.get("code_verifier") ?? "";
      return code?.challenge === createHash("sha256").update(verifier).digest("base64url") ? code : undefined;
    },
    refresh_token(form) {
      const token = form.get("refresh_token") ?? "";
      const who = grants.revoked.has(token) ? undefined : refreshTokens.get(token);
      if (refreshTokens.delete(token) && who) grants.refreshes += 1;
      return who;
    },
  };

  const grants: IssuerGrants = {
    revoked: new Set(),
    refreshes: 0,
    lifetimeSeconds: 300,
    takesPasswords: true,
    refreshExpiresIn: undefined,
    sessionOfBrowsers: undefined,
    ended: [],
    codeFor(asked) {
      const [id, sessionId] = [randomUUID(), grants.sessionOfBrowsers ?? randomUUID()];
      const text = (name: string): string => asked.get(name) ?? "";
      const [challenge, nonce, clientId] = [text("code_challenge"), text("nonce"), text("client_id")];
      codes.set(id, { subject: "ada", sessionId, clientId, challenge, nonce });
      return id;
    },
    async answer(issuer, form) {
      const grantType = form.get("grant_type") ?? "";
      if (grantType === "password" && !grants.takesPasswords) return "unauthorized_client";
      const who = takers[grantType]?.(form);
      if (!who) return "invalid_grant";
      const answer = await tokens.answer(issuer, who, grants.lifetimeSeconds, who.nonce);
      refreshTokens.set(String(answer["refresh_token"]), who);
      const { refreshExpiresIn } = grants;
      return refreshExpiresIn === undefined ? answer : { ...answer, refresh_expires_in: refreshExpiresIn };
    },
  };
  return grants;
}
