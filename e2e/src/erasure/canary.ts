import { randomInt } from "node:crypto";

/** Somebody whose every word can be told from everybody else's, wherever it turns up. */
export interface Canary {
  /** Is part of every text that this person ever gives, and of nothing else in the world. */
  readonly word: string;
  readonly email: string;
  readonly newEmail: string;
  readonly password: string;
  readonly displayName: string;
  readonly phone: string;
  readonly locale: string;
  /** Of the orders that this person places. */
  readonly recipient: { readonly name: string; readonly phone: string };
  readonly pickup: Place;
  readonly dropOff: Place;
  /** Where this person was, as a courier. */
  readonly positions: readonly { readonly latitude: number; readonly longitude: number }[];
}

type Place = Readonly<Record<"street" | "city" | "postal_code" | "country", string>> & {
  readonly latitude: number;
  readonly longitude: number;
};

export function makeCanary(): Canary {
  const word = letters(12);
  const place = (name: string): Place => ({
    street: `${word}${name} 7`,
    city: `${word}city`,
    postal_code: `${digits(7)}Q`,
    country: "DE",
    ...spot(),
  });
  return {
    word,
    email: `${word}@example.com`,
    newEmail: `${word}.new@example.com`,
    password: `${word} tame ferrets`,
    displayName: `${word.toUpperCase()} Schmidt`,
    phone: `+49${digits(11)}`,
    locale: `xx-${letters(8)}`,
    recipient: { name: `Frau ${word}`, phone: `+49${digits(11)}` },
    pickup: place("shelter"),
    dropOff: place("garden"),
    positions: [spot(), spot()],
  };
}

/** Everything by which a person is found, named. */
export function marksOf(canary: Canary): Map<string, string | number> {
  const places = [canary.pickup, canary.dropOff, ...canary.positions];
  return new Map<string, string | number>([
    ["word", canary.word],
    ["phone", canary.phone.slice(1)],
    ["locale", canary.locale],
    ["recipient's phone", canary.recipient.phone.slice(1)],
    ["pickup's postal code", canary.pickup.postal_code],
    ["drop-off's postal code", canary.dropOff.postal_code],
    ...places.flatMap(({ latitude, longitude }, index) => [
      [`latitude ${index}`, latitude] as const,
      [`longitude ${index}`, longitude] as const,
    ]),
  ]);
}

/** The marks that are texts, in lower case. */
export function wordsOf(canary: Canary): string[] {
  return [...marksOf(canary).values()].map((value) => String(value).toLowerCase());
}

/** What nothing may keep at any time: the passwords, those that were tried among them. */
export function secretsOf({ word, password }: Canary): Map<string, string> {
  return new Map([
    ["password", password],
    ["wrong password", `${word} guess`],
    ["other password", `${word} wild otters`],
  ]);
}

/** A place that nobody else ever was at: twelve digits are as good as a name. */
function spot(): { latitude: number; longitude: number } {
  return { latitude: Number(`48.${digits(12)}`), longitude: Number(`11.${digits(12)}`) };
}

function letters(count: number): string {
  return Array.from({ length: count }, () => String.fromCodePoint(97 + randomInt(26))).join("");
}

/** None of them is 0, so that no rounding or trimming takes one. */
function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(1, 10)).join("");
}
