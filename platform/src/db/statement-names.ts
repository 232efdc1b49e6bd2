import { createHash } from "node:crypto";

/** So many texts are prepared per connection at most; generated SQL must not fill the server's memory. */
const PREPARED_MAX = 500;

/** Postgres cuts identifiers at 63 bytes; the hash takes 9 of them. */
const NAME_CHARS_MAX = 50;

/**
 * Names for prepared statements: a name always stands for the same text, whatever a caller gives two texts of its own.
 * Undefined once there are too many; such a statement runs unprepared.
 */
export function createStatementNames(): (name: string, text: string) => string | undefined {
  const names = new Map<string, string>();
  return (name, text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= PREPARED_MAX) return known;
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    const fresh = `${name.slice(0, NAME_CHARS_MAX)}_${hash}`;
    names.set(text, fresh);
    return fresh;
  };
}
