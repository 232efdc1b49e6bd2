import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { DomainError } from "@animal-delivery/platform/errors";
import { createTurns } from "../turns.ts";

/** How much work a hash is. */
interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The second recommended option of RFC 9106 section 4, above OWASP's least: 64 MiB, three passes, four lanes. About 90 ms here. */
const COST: Cost = { memoryKib: 65_536, passes: 3, lanes: 4 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const HASH = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

/** In characters, not in units of UTF-16. Longer input would only cost time; nobody types it. */
const PASSWORD_LENGTH_MAX = 128;

/** Each hash takes 64 MiB and one of the four threads that files and DNS use too. */
const turns = createTurns({
  runningMax: 2,
  waitingMax: 100,
  refusal: () => new DomainError("unavailable", "UNAVAILABLE", "too many passwords wait to be checked"),
});

/** Whether a password is longer than any that we take. */
export function isTooLong(password: string): boolean {
  // A character takes two units at most.
  return password.length > 2 * PASSWORD_LENGTH_MAX || Array.from(password).length > PASSWORD_LENGTH_MAX;
}

/** Hashes a password with a fresh salt, as a PHC string. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt, cost);
  const { memoryKib, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Whether the password is the one of this hash, which `hashPassword` made. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { cost, salt, tag } = parse(hash);
  return timingSafeEqual(await tagOf(password, salt, cost), tag);
}

/** Whether a hash was made with another cost than one would be today. */
export function isOutdated(hash: string): boolean {
  const { memoryKib, passes, lanes } = parse(hash).cost;
  return memoryKib !== COST.memoryKib || passes !== COST.passes || lanes !== COST.lanes;
}

function parse(hash: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const [, memory, passes, lanes, salt = "", tag = ""] = HASH.exec(hash) ?? [];
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

async function tagOf(password: string, salt: Buffer, { memoryKib, passes, lanes }: Cost): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    message: password.normalize("NFC"),
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism: lanes,
    tagLength: TAG_BYTES,
  };
  return turns.take(() => promisify(argon2)("argon2id", parameters));
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/u, "");
}
