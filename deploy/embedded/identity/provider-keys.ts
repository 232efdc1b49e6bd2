import { generateKeyPair, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { calculateJwkThumbprint, type JWK } from "jose";

/** What the provider signs with. It stays over restarts: tokens and sessions would end with it otherwise. */
export interface ProviderKeys {
  /** RSA, for RS256; private. */
  readonly signing: JWK;
  /** For the signatures of cookies. */
  readonly cookies: readonly string[];
}

/** Reads the keys from a file that only its owner reads; makes them when there is none. */
export async function providerKeys(path: string): Promise<ProviderKeys> {
  const kept = await readFile(path, "utf8").catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as ProviderKeys;
  const keys: ProviderKeys = { signing: await signingKey(), cookies: [randomBytes(32).toString("base64url")] };
  await writeFile(path, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const jwk = privateKey.export({ format: "jwk" });
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: "RS256", use: "sig" };
}
