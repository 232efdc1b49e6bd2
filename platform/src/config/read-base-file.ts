import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { ConfigError } from "./config-error.ts";

/**
 * The variables in the file that `CONFIG_FILE` names, `NAME=value` a line. The environment goes before them.
 *
 * @throws {ConfigError} when it cannot be read, or names a variable that nobody reads: a slip of the pen would else be obeyed
 *   by nobody and noticed by nobody.
 */
export function readBaseFile(file: string | undefined, variables: ReadonlySet<string>): Record<string, string> {
  if (!file) return {};
  const values = Object.entries(parseEnv(contentOf(file))).filter((entry): entry is [string, string] => !!entry[1]);
  const unknown = values.map(([name]) => name).filter((name) => !isRead(name, variables));
  if (unknown.length > 0) throw new ConfigError(`${file} sets variables that are not read here: ${unknown.join(", ")}`);
  return Object.fromEntries(values);
}

function isRead(name: string, variables: ReadonlySet<string>): boolean {
  return variables.has(name) || (name.endsWith("_FILE") && variables.has(name.slice(0, -"_FILE".length)));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`CONFIG_FILE: ${file} cannot be read`, { cause });
  }
}
