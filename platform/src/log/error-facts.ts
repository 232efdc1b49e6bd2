/** What of an error is written besides its text. Other properties may hold a row's values (`detail` of Postgres). */
const FACTS = ["code", "kind", "reason", "constraint", "syscall", "address", "port"] as const;

type ErrorWithFacts = Error & { readonly [name in (typeof FACTS)[number]]?: unknown };

/** What a log line says of an error: name, message, the facts that name it, stack, causes. */
export function errorFacts(error: ErrorWithFacts): [string, unknown][] {
  const facts: [string, unknown][] = [
    ["name", error.name],
    ["message", error.message],
    ...FACTS.map((name): [string, unknown] => [name, error[name]]),
    ["stack", error.stack],
    ["cause", error.cause],
    ["errors", error instanceof AggregateError ? error.errors : undefined],
  ];
  return facts.filter(([, value]) => value !== undefined);
}
