import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

/**
 * A random secret kept in a file that only its owner reads; made when there is none.
 *
 * @returns 43 characters of base64url, 256 bits.
 */
export async function secretFile(path: string): Promise<string> {
  const kept = (await readFile(path, "utf8").catch(() => "")).trim();
  if (kept !== "") return kept;
  const secret = randomBytes(32).toString("base64url");
  await writeFile(path, secret, { mode: 0o600 });
  return secret;
}
