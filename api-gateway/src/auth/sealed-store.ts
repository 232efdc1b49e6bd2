import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";

/**
 * Things that only the holder of a secret can find and read. The secret goes into a cookie; the store has neither it nor
 * anything that opens what lies there, so a copy of the store opens no session.
 */
export interface SealedStore<T> {
  /** Stores a value under a new secret of 256 random bits. */
  create(value: T, ttlMs: number): Promise<string>;
  /** The value; undefined for a secret that never was, or whose value is gone. */
  read(secret: string): Promise<T | undefined>;
  replace(secret: string, value: T, ttlMs: number): Promise<void>;
  remove(secret: string): Promise<void>;
  /** The name under which the secret's value lies, for locks around it. */
  nameOf(secret: string): string;
}

const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @param prefix of the names in the store, and what keeps the keys of two such stores apart. */
export function createSealedStore<T>(kv: KeyValueStore, prefix: string): SealedStore<T> {
  const derive = (secret: string, use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, "", `${prefix} ${use}`, SECRET_BYTES));
  const nameOf = (secret: string): string => `${prefix}:${derive(secret, "name").toString("base64url")}`;
  const keyOf = (secret: string): Buffer => derive(secret, "key");
  const write = async (secret: string, value: T, ttlMs: number): Promise<void> =>
    kv.set(nameOf(secret), seal(keyOf(secret), JSON.stringify(value)), ttlMs);
  return {
    nameOf,
    async create(value, ttlMs) {
      const secret = randomBytes(SECRET_BYTES).toString("base64url");
      await write(secret, value, ttlMs);
      return secret;
    },
    async read(secret) {
      const sealed = SECRET.test(secret) ? await kv.get(nameOf(secret)) : undefined;
      return sealed === undefined ? undefined : (JSON.parse(open(keyOf(secret), sealed)) as T);
    },
    replace: write,
    remove: async (secret) => kv.delete(nameOf(secret)),
  };
}

function seal(key: Buffer, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

function open(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
}
