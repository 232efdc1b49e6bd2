import { env as processEnv } from "node:process";
import type { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { readBaseFile } from "./read-base-file.ts";
import { readSecretFiles } from "./read-secret-files.ts";
import { variablesOf } from "./variables-of.ts";

export { ConfigError } from "./config-error.ts";

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment by a schema, all of it at once. The only reader of the environment. A variable that is set to
 * nothing counts as not set. `CONFIG_FILE` names a file with defaults under the environment; `X_FILE` names the file that
 * holds the value of a variable `X`.
 *
 * @throws {ConfigError}
 */
export function loadConfig<S extends z.ZodType>(schema: S, env: Environment = processEnv): z.output<S> {
  const variables = new Set(Object.keys(variablesOf(schema)));
  const given = over(readBaseFile(env.CONFIG_FILE, variables), onlySet(env));
  const { values, problems } = readSecretFiles(given, variables);
  const result = schema.safeParse(values);
  if (result.success && problems.length === 0) return result.data;

  const issues = result.error?.issues ?? [];
  const lines = issues.map(({ code, path, message }) => {
    const name = path.join(".") || "(all)";
    return `  ${name}: ${code === "invalid_type" && !(name in values) ? "is not set" : message}`;
  });
  throw new ConfigError(`the environment is not usable:\n${[...problems, ...lines].join("\n")}`);
}

/** The environment over the base file: it wins in either spelling, `X` or `X_FILE`. */
function over(base: Readonly<Record<string, string>>, set: Readonly<Record<string, string>>): Record<string, string> {
  const rest = Object.entries(base).filter(([name]) => !(`${name}_FILE` in set || name.replace(/_FILE$/, "") in set));
  return { ...Object.fromEntries(rest), ...set };
}

function onlySet(env: Environment): Record<string, string> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(set);
}
