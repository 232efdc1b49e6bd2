import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ClickHouseException } from "./exception.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Who may use the engine, and for what. */
export interface Users {
  /** May do everything. */
  readonly writer: Credentials;
  /** May ask questions, and set what a question may cost. */
  readonly reader: Credentials;
}

/**
 * Checks the credentials of a request: basic authentication, ClickHouse's own headers, or the address.
 *
 * @throws {ClickHouseException} AUTHENTICATION_FAILED.
 */
export function authenticate(request: IncomingMessage, address: URLSearchParams, users: Users): keyof Users {
  const { user, password } = given(request, address);
  const is = (known: Credentials) => {
    const userMatches = equal(user, known.user);
    return equal(password, known.password) && userMatches;
  };
  if (is(users.writer)) return "writer";
  if (is(users.reader)) return "reader";
  const message = `${user}: Authentication failed: password is incorrect, or there is no user with such name.`;
  throw new ClickHouseException(516, "AUTHENTICATION_FAILED", 403, message);
}

function given(request: IncomingMessage, address: URLSearchParams): Credentials {
  const basic = /^Basic (.+)$/u.exec(request.headers.authorization ?? "")?.[1];
  if (basic !== undefined) {
    const [user = "", ...password] = Buffer.from(basic, "base64").toString("utf8").split(":");
    return { user, password: password.join(":") };
  }
  return {
    user: header(request, "x-clickhouse-user") ?? address.get("user") ?? "default",
    password: header(request, "x-clickhouse-key") ?? address.get("password") ?? "",
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Compares in a time that tells nothing about where the texts differ. */
function equal(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
