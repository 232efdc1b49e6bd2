import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { DomainError } from "@animal-delivery/platform/errors";
import { createTurns } from "../turns.ts";

/** How much work a hash is. */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The second recommended option of RFC 9106 section 4, above OWASP's least: 64 MiB, three passes, four lanes. About 90 ms here. */
const COST: HashCost = { memoryKib: 65_536, passes: 3, lanes: 4 };
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

/** Hashes passwords at one cost, and tells whether a password is the one of a hash, whatever that one cost. */
export interface Passwords {
  /** The hash of a password with a fresh salt, as a PHC string. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one of this hash, which `hash` made. False for no hash, in the time of one that it made. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether a hash was made at another cost than one would be now. */
  isOutdated(hash: string): boolean;
}

/** @param cost of a hash: less than unless given only where nobody's password is kept, as in tests. */
export function createPasswords(cost: HashCost = COST): Passwords {
  const hash = async (password: string) => {
    const salt = randomBytes(SALT_BYTES);
    return phc(cost, salt, await tagOf(password, salt, cost));
  };
  // Nobody has it: a tag that no password is known for.
  const nobodys = phc(cost, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
  return {
    hash,
    async matches(password, hashed = nobodys) {
      const { cost: itsCost, salt, tag } = parse(hashed);
      return timingSafeEqual(await tagOf(password, salt, itsCost), tag);
    },
    isOutdated(hashed) {
      const { memoryKib, passes, lanes } = parse(hashed).cost;
      return memoryKib !== cost.memoryKib || passes !== cost.passes || lanes !== cost.lanes;
    },
  };
}

function phc({ memoryKib, passes, lanes }: HashCost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

function parse(hash: string): { cost: HashCost; salt: Buffer; tag: Buffer } {
  const [, memory, passes, lanes, salt = "", tag = ""] = HASH.exec(hash) ?? [];
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

async function tagOf(password: string, salt: Buffer, { memoryKib, passes, lanes }: HashCost): Promise<Buffer> {
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
