import { parseArgs } from "node:util";
import { FLAG_KEYS, flagOf, SWITCHES, type FlagKey } from "./flags.ts";

/** Flags as they were given; the last one of a name counts. */
export type Given = ReadonlyMap<FlagKey, string>;

export interface Line {
  readonly asksForHelp: boolean;
  readonly given: Given;
  readonly problems: readonly string[];
}

const KEYS = new Map(FLAG_KEYS.map((key) => [flagOf(key), key]));
const OPTIONS = {
  help: { type: "boolean", short: "h" },
  ...Object.fromEntries(
    FLAG_KEYS.map((key) => [flagOf(key).slice(2), { type: SWITCHES.has(key) ? "boolean" : "string" }]),
  ),
} as const;

/** Reads a command line to its end, whatever is wrong with it. */
export function readLine(args: readonly string[]): Line {
  const problems: string[] = [];
  const whole = args.filter((arg, index) => {
    const isMissing = lacksValue(arg, args[index + 1]);
    if (isMissing) problems.push(`${arg}: needs a value`);
    return !isMissing;
  });
  // Strictly, parseArgs tells of the first problem alone.
  const { tokens } = parseArgs({ args: whole, options: OPTIONS, strict: false, tokens: true });
  const given = new Map<FlagKey, string>();
  let asksForHelp = false;
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`${token.value}: there is nothing but flags`);
    if (token.kind !== "option") continue;
    const key = KEYS.get(token.rawName);
    if (token.name === "help") asksForHelp = true;
    else if (!key) problems.push(`${token.rawName}: there is no such flag`);
    else if (token.value === "") problems.push(`${token.rawName}: needs a value`);
    else given.set(key, token.value ?? "true");
  }
  return { asksForHelp, given, problems };
}

/** Whether the next flag, or nothing, stands where the value of a flag should be. */
function lacksValue(arg: string, next: string | undefined): boolean {
  const key = KEYS.get(arg);
  return key !== undefined && !SWITCHES.has(key) && (next === undefined || next.startsWith("-"));
}
