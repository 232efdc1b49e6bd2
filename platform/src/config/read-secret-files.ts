import { readFileSync } from "node:fs";

const SUFFIX = "_FILE";

/**
 * Puts the content of the file that `X_FILE` names in place of the variable `X`, as container engines hand secrets out; line
 * ends at its end are not part of it. Names that a schema reads as they are, `TLS_KEY_FILE`, stay.
 *
 * @returns the variables, and a line for each that cannot be had.
 */
export function readSecretFiles(given: Readonly<Record<string, string>>, variables: ReadonlySet<string>) {
  const values: Record<string, string> = { ...given };
  const problems: string[] = [];
  for (const [fileName, file] of Object.entries(given)) {
    const name = fileName.slice(0, -SUFFIX.length);
    if (!fileName.endsWith(SUFFIX) || variables.has(fileName) || !variables.has(name)) continue;
    if (name in given) problems.push(`  ${fileName}: set either this or ${name}`);
    try {
      values[name] = readFileSync(file, "utf8").replace(/[\r\n]+$/, "");
    } catch {
      problems.push(`  ${fileName}: ${file} cannot be read`);
    }
  }
  return { values, problems };
}
