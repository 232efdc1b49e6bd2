/** Where a mark was found: by what name, in what form, and what stands around it. */
interface Finding {
  readonly mark: string;
  readonly around: string;
}

/** Looks for marks in any text. */
export type Finder = (text: string) => Finding | undefined;

const AROUND_CHARS = 60;
/** A form with fewer characters may be found by chance. */
const CHARS_MIN = 7;

/**
 * Finds marks however they are written: plainly in either case, as bytes in hex, in base64 at any place of what was encoded,
 * in an address, a number as the eight bytes of a double; and each of these as bytes in hex once more, which is how
 * PostgreSQL shows bytes.
 */
export function finderOf(marks: ReadonlyMap<string, string | number>): Finder {
  const forms = [...marks].flatMap(([mark, value]) =>
    [...formsOf(value)].map((form) => ({ mark, form: form.toLowerCase() })),
  );
  return (text) => {
    const lower = text.toLowerCase();
    for (const { mark, form } of forms) {
      const at = lower.indexOf(form);
      if (at >= 0) return { mark, around: text.slice(Math.max(0, at - AROUND_CHARS), at + form.length + AROUND_CHARS) };
    }
    return undefined;
  };
}

function formsOf(value: string | number): Set<string> {
  const texts = typeof value === "number" ? [String(value)] : [value, value.toUpperCase()];
  const bytes = [...texts.map((text) => Buffer.from(text)), ...(typeof value === "number" ? [doubleOf(value)] : [])];
  const plain = [...texts, ...bytes.flatMap((each) => [...base64Of(each)])];
  return new Set([
    ...plain,
    ...[...plain.map((text) => Buffer.from(text)), ...bytes].map((each) => each.toString("hex")),
  ]);
}

/** What bytes become in base64 behind 0, 1 or 2 others, without the edges that depend on the neighbours. */
function* base64Of(bytes: Buffer): Generator<string> {
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const inner = encoded.slice(before === 0 ? 0 : before + 1, -1);
    if (inner.length < CHARS_MIN) continue;
    yield inner;
    yield inner.replaceAll("+", "-").replaceAll("/", "_");
  }
}

/** As protobuf writes it. */
function doubleOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** The marks of several people in one map, by whose they are: `person 0: phone`. */
export function named<P, T>(people: readonly P[], marks: (person: P) => ReadonlyMap<string, T>): Map<string, T> {
  return new Map(
    people.flatMap((person, index) => [...marks(person)].map(([name, value]) => [`person ${index}: ${name}`, value])),
  );
}
