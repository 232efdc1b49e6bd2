/** The environment does not fit. The message lists every bad variable, for the person who starts the process. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
