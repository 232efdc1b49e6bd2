import { env as processEnv } from "node:process";
import type { z } from "zod";

/** The environment does not fit. The message lists every bad variable, for the person who starts the process. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads the environment by a schema, all of it at once. The only reader of the environment. A variable that is set to
 * nothing counts as not set.
 *
 * @throws {ConfigError}
 */
export function loadConfig<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>> = processEnv,
): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ code, path, message }) => {
    const name = path.join(".") || "(all)";
    return `  ${name}: ${code === "invalid_type" && !(name in given) ? "is not set" : message}`;
  });
  throw new ConfigError(`the environment is not usable:\n${lines.join("\n")}`);
}
