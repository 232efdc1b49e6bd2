import { errorFacts } from "./error-facts.ts";

/** How much of a value a log line takes. What is beyond is cut, and the line says so. */
export interface PlainLimits {
  readonly stringCharsMax: number;
  /** The longest array, the widest object. */
  readonly itemsMax: number;
  readonly depthMax: number;
  /** Values altogether: bounds the work on something wide and deep. */
  readonly valuesMax: number;
}

/** Something JSON can hold; undefined is left out. */
export type Plain = string | number | boolean | null | undefined | Plain[] | { [name: string]: Plain };

/** One conversion under way. */
interface Walk {
  readonly limits: PlainLimits;
  valuesLeft: number;
}

/** Turns anything into plain data within the limits, saying what was cut. Never throws: cycles and throwing getters too. */
export function plain(value: unknown, limits: PlainLimits): Plain {
  return visit(value, { limits, valuesLeft: limits.valuesMax }, []);
}

/** A string of at most so many characters, and how long it was when it was longer. */
export function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}… [${text.length} characters]`;
}

function visit(value: unknown, walk: Walk, above: readonly object[]): Plain {
  try {
    if (walk.valuesLeft-- <= 0) return "[too much]";
    if (typeof value === "string") return cut(value, walk.limits.stringCharsMax);
    if (typeof value !== "object" || value === null) return visitScalar(value);
    if (above.includes(value)) return "[circular]";
    if (above.length >= walk.limits.depthMax) return "[too deep]";
    return visitObject(value, walk, [...above, value]);
  } catch {
    return "[unreadable]";
  }
}

function visitScalar(value: unknown): Plain {
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

function visitObject(value: object, walk: Walk, above: readonly object[]): Plain {
  if (value instanceof Error) return visitEntries(errorFacts(value), walk, above);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return visitList(value, walk, above);
  if (value instanceof Set) return visitList([...value], walk, above);
  if (value instanceof Map) return visitEntries([...value], walk, above);
  // A protobuf message may hold personal fields: redact() is the way to log one.
  if ("$typeName" in value) return `[${String(value.$typeName)}]`;
  if ("toJSON" in value && typeof value.toJSON === "function") return visit(value.toJSON(), walk, above);
  return visitEntries(entriesOf(value), walk, above);
}

function visitList(items: readonly unknown[], walk: Walk, above: readonly object[]): Plain {
  const { itemsMax } = walk.limits;
  const kept = items.slice(0, itemsMax).map((item) => visit(item, walk, above) ?? null);
  return items.length <= itemsMax ? kept : [...kept, `[${items.length - itemsMax} more]`];
}

function visitEntries(entries: readonly [unknown, unknown][], walk: Walk, above: readonly object[]): Plain {
  const { itemsMax } = walk.limits;
  const kept = entries.slice(0, itemsMax).map(([name, item]) => [cut(String(name), 200), visit(item, walk, above)]);
  return {
    ...Object.fromEntries(kept),
    ...(entries.length > itemsMax && { "[cut]": `${entries.length - itemsMax} more` }),
  };
}

/** The entries of an object, with a note in the place of those whose getter throws. */
function entriesOf(value: object): [string, unknown][] {
  return Object.keys(value).map((name) => {
    try {
      return [name, (value as Record<string, unknown>)[name]];
    } catch {
      return [name, "[unreadable]"];
    }
  });
}
