import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createTurns } from "../turns.ts";

/** The second recommended option of RFC 9106 section 4: 64 MiB, three passes, four lanes. About 90 ms here. */
const MEMORY_KIB = 65_536;
const PASSES = 3;
const LANES = 4;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** Longer input would only cost time; nobody types it. */
export const PASSWORD_LENGTH_MAX = 128;

/** Each hash takes 64 MiB and one of the four threads that files and DNS use too. */
const turns = createTurns({
  runningMax: 2,
  waitingMax: 100,
  refusal: () => new Error("too many passwords wait to be checked"),
});

/** Hashes a password with a fresh salt, as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Whether the password is the one of this hash, which `hashPassword` made. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [salt = "", tag = ""] = hash.split("$").slice(-2);
  return timingSafeEqual(await tagOf(password, Buffer.from(salt, "base64")), Buffer.from(tag, "base64"));
}

async function tagOf(password: string, salt: Buffer): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    message: password.normalize("NFC"),
    nonce: salt,
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  };
  return turns.take(() => promisify(argon2)("argon2id", parameters));
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/u, "");
}
