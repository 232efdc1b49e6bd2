import { errorFacts } from "./error-facts.ts";

/** How much of a value a log line takes. */
export interface PlainLimits {
  /** Longer strings are cut. */
  readonly stringCharsMax: number;
  /** Longer arrays and wider objects are cut. */
  readonly itemsMax: number;
  readonly depthMax: number;
}

/** Something JSON can hold; undefined is left out. */
export type Plain = string | number | boolean | null | undefined | Plain[] | { [name: string]: Plain };

/** Turns anything into plain data within the limits, saying what was cut. Never throws: cycles and throwing getters too. */
export function plain(value: unknown, limits: PlainLimits, depth = 0, above: readonly object[] = []): Plain {
  try {
    if (typeof value === "string") return cut(value, limits.stringCharsMax);
    if (typeof value !== "object" || value === null) return plainScalar(value);
    if (above.includes(value)) return "[circular]";
    if (depth >= limits.depthMax) return "[too deep]";
    return plainObject(value, limits, depth, [...above, value]);
  } catch {
    return "[unreadable]";
  }
}

/** A string of at most so many characters, and how long it was when it was longer. */
export function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}… [${text.length} characters]`;
}

function plainScalar(value: unknown): Plain {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
    case "undefined":
      return value;
    case "function":
    case "symbol":
      return `[${typeof value}]`;
    default:
      return null;
  }
}

function plainObject(value: object, limits: PlainLimits, depth: number, above: readonly object[]): Plain {
  const inner = (item: unknown): Plain => plain(item, limits, depth + 1, above);
  if (value instanceof Error) return plainRecord(errorFacts(value), limits, inner);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) return plainList([...value], limits, inner);
  if (value instanceof Map)
    return plainRecord(
      [...value].map(([name, item]) => [String(name), item]),
      limits,
      inner,
    );
  // A protobuf message may hold personal fields: redact() is the way to log one.
  if ("$typeName" in value) return `[${String(value.$typeName)}]`;
  if ("toJSON" in value && typeof value.toJSON === "function") return inner(value.toJSON());
  return plainRecord(readable(value), limits, inner);
}

function plainList(items: readonly unknown[], { itemsMax }: PlainLimits, inner: (item: unknown) => Plain): Plain {
  const kept = items.slice(0, itemsMax).map((item) => inner(item) ?? null);
  return items.length <= itemsMax ? kept : [...kept, `[${items.length - itemsMax} more]`];
}

function plainRecord(entries: [string, unknown][], limits: PlainLimits, inner: (item: unknown) => Plain): Plain {
  const kept = entries.slice(0, limits.itemsMax).map(([name, item]) => [cut(name, 200), inner(item)] as const);
  const more = entries.length - limits.itemsMax;
  return { ...Object.fromEntries(kept), ...(more > 0 && { "[cut]": `${more} more` }) };
}

/** The entries of an object, with a note in the place of those whose getter throws. */
function readable(value: object): [string, unknown][] {
  return Object.keys(value).map((name) => {
    try {
      return [name, (value as Record<string, unknown>)[name]];
    } catch {
      return [name, "[unreadable]"];
    }
  });
}
