import type { Environment } from "@animal-delivery/platform/config/load-config";
import { readSecretFiles } from "@animal-delivery/platform/config/read-secret-files";
import { FLAG_KEYS, FLAGS, flagOf, variableOf, type FlagKey, type Settings } from "./flags.ts";
import { RULES } from "./flag-rules.ts";
import { readLine, type Given } from "./read-line.ts";

/** What a person wants who started the messenger. */
export type Wish =
  | { readonly kind: "run"; readonly settings: Settings }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/** Reads the flags, and the environment where there is no flag, and finds everything that is wrong with them. */
export function readSettings(args: readonly string[], env: Environment): Wish {
  const line = readLine(args);
  if (line.asksForHelp) return { kind: "help" };
  const variables = readVariables(line.given, env);
  const parsed: Record<string, unknown> = {};
  const problems = [...line.problems, ...variables.problems];
  for (const key of FLAG_KEYS) {
    const result = FLAGS[key].safeParse(line.given.get(key) ?? variables.values.get(key));
    if (result.success) parsed[key] = result.data;
    else {
      const name = line.given.has(key) ? flagOf(key) : variableOf(key);
      problems.push(...result.error.issues.map(({ message }) => `${name}: ${message}`));
    }
  }
  const given = new Set([...line.given.keys(), ...variables.given]);
  problems.push(...RULES.flatMap((rule) => rule(parsed, given) ?? []));
  // Every key was parsed when there is no problem.
  return problems.length > 0 ? { kind: "wrong", problems } : { kind: "run", settings: parsed as unknown as Settings };
}

interface Variables {
  readonly values: Given;
  /** Whose variable is set, or that of the file that holds its value, whether or not the value can be had. */
  readonly given: readonly FlagKey[];
  readonly problems: readonly string[];
}

/** The variables of flags that are not on the line. One that is set to nothing counts as not set. */
function readVariables(line: Given, env: Environment): Variables {
  const keys = FLAG_KEYS.filter((key) => !line.has(key));
  const names = keys.map(variableOf);
  const set = names.flatMap((name) => [name, `${name}_FILE`]).flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  const { values, problems } = readSecretFiles(Object.fromEntries(set) as Record<string, string>, new Set(names));
  const valueOf = (key: FlagKey): [FlagKey, string][] => {
    const value = values[variableOf(key)];
    return value === undefined ? [] : [[key, value]];
  };
  return {
    values: new Map(keys.flatMap(valueOf)),
    given: keys.filter((key) => env[variableOf(key)] || env[`${variableOf(key)}_FILE`]),
    problems: problems.map((problem) => problem.trim()),
  };
}
