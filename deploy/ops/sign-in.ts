import { Writable } from "node:stream";
import { createInterface } from "node:readline/promises";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Config } from "./config.ts";
import { UsageError } from "./usage-error.ts";

const TIMEOUT_MS = 15_000;

/** Whose token goes with the calls. */
export interface Operator {
  readonly token?: string | undefined;
  readonly user?: string | undefined;
}

/**
 * The access token of the operator: the one given, or that of a person who signs in through the gateway.
 *
 * @throws {UsageError} when nobody says who calls.
 * @throws {DomainError} unauthenticated when the password is wrong, unavailable when the gateway is not reached.
 */
export async function tokenOf({ token, user }: Operator, config: Config): Promise<string> {
  if (user !== undefined) return signIn(config.gatewayUrl, user, config.password ?? (await askPassword(user)));
  const given = token ?? config.token;
  if (given !== undefined) return given;
  throw new UsageError("who are you? set OPS_TOKEN to an access token, or give --user NAME");
}

async function signIn(gatewayUrl: string, username: string, password: string): Promise<string> {
  const response = await fetch(`${gatewayUrl}/v1/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new DomainError("unavailable", "UNAVAILABLE", `the gateway at ${gatewayUrl} does not answer`, {}, { cause });
  });
  const body = (await response.json().catch(() => ({}))) as { access_token?: string; title?: string; detail?: string };
  if (response.ok && body.access_token !== undefined) return body.access_token;
  const why = body.detail ?? body.title ?? `HTTP ${response.status}`;
  throw new DomainError(response.status < 500 ? "unauthenticated" : "unavailable", "SIGN_IN_FAILED", why);
}

/** Asks on the terminal, without showing what is typed. */
async function askPassword(user: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError("there is no terminal to ask for the password on: set OPS_PASSWORD");
  process.stderr.write(`Password of ${user}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
