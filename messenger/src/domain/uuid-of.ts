import { createHash } from "node:crypto";
import { stringify } from "uuid";

/** The UUIDv8 (RFC 9562 section 5.8) that follows from a text, which cannot be told from it. */
export function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return stringify(bytes);
}
