import { createHash, createHmac, randomBytes } from "node:crypto";

const BYTES = 32;

/** 256 random bits. */
export function newSeed(): Buffer {
  return randomBytes(BYTES);
}

/** A secret that nobody can guess, fit for a link. */
export function newSecret(): string {
  return newSeed().toString("base64url");
}

/** What is kept of a secret, or of anything that must not be read from the database. */
export function hashOf(...parts: readonly string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** A secret that whoever knows both parts can make again. */
export function secretOf(seed: Buffer, key: string): string {
  return createHmac("sha256", seed).update(key).digest("base64url");
}
