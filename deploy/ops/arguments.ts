import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { SERVICE_NAMES, type ServiceName } from "./config.ts";
import { UsageError } from "./usage-error.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What was given to a verb: its words, and its options by name. */
export interface Given {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** An option's text; empty when it was not given. */
export function textOf({ options }: Given, name: string): string {
  const value = options[name];
  return typeof value === "string" ? value : "";
}

/** @throws {UsageError} when it was not given. */
export function requiredText(given: Given, name: string): string {
  const text = textOf(given, name);
  if (text !== "") return text;
  throw new UsageError(`--${name} is missing`);
}

/** @throws {UsageError} when it is no whole number from 1 on. */
export function numberOf(given: Given, name: string, byDefault: number): number {
  const text = textOf(given, name);
  if (text === "") return byDefault;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number from 1 on`);
}

/** `2026-11-29T04:00:00Z`, or how long ago: `2h`. @throws {UsageError} */
export function timeOf(given: Given, name: string, now = Date.now()): { time?: Timestamp } {
  const text = textOf(given, name);
  if (text === "") return {};
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : now - Number(count) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(ms)) throw new UsageError(`--${name} must be a time, or how long ago: 30m, 2h, 7d`);
  return { time: timestampFromMs(ms) };
}

/** @throws {UsageError} when the word is not there or names no service. */
export function serviceOf(word: string | undefined): ServiceName {
  const found = SERVICE_NAMES.find((name) => name === word);
  if (found) return found;
  throw new UsageError(
    word === undefined ? "which service?" : `there is no service ${word}: ${SERVICE_NAMES.join(", ")}`,
  );
}

/** One of some words, in lower case. @throws {UsageError} */
export function oneOf<K extends string>(word: string | undefined, what: string, words: readonly K[]): K {
  const found = words.find((each) => each === word);
  if (found) return found;
  throw new UsageError(`${what} must be one of ${words.join(", ")}`);
}
