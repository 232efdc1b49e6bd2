import { env } from "node:process";

/**
 * The address of an engine that the environment names, for tests of the project `engines`.
 *
 * @throws {Error} when it is not set: such a test cannot be passed by leaving it out.
 */
export function engine(name: string): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set: it names an engine that this test needs`);
  return value;
}
