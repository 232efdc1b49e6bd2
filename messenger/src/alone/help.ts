import { z } from "zod";
import { FLAG_KEYS, FLAGS, flagOf, SWITCHES, variableOf, type FlagKey } from "./flags.ts";

const LINE_CHARS = 100;
const INDENT = " ".repeat(6);

/** What `--help` prints: each flag with what it is for, its default and its variable. */
export function helpText(): string {
  return `usage: node messenger/src/main.ts [flags]

A messenger for groups: gRPC over TLS, and REST with server-sent events, kept in memory, Redis or PostgreSQL.
A flag is given as --flag=value, or as a variable of the environment; the flag wins.

${FLAG_KEYS.map(entryOf).join("\n")}
  --help
      Prints this.

Exit codes: 0 stopped, 1 failed, 2 called wrongly.
`;
}

function entryOf(key: FlagKey): string {
  const schema = FLAGS[key];
  const byDefault = schema instanceof z.ZodDefault && !SWITCHES.has(key) ? [`default ${schema.parse(undefined)}`] : [];
  const title = [`${flagOf(key)}${SWITCHES.has(key) ? "" : "=…"}`, ...byDefault, variableOf(key)].join("  ");
  return [`  ${title}`, ...wrapped(schema.description ?? "")].join("\n");
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE_CHARS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(INDENT + word);
  }
  return lines;
}
