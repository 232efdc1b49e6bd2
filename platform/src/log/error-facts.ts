/** What of an error is written besides its text. Other properties may hold a row's values (`detail` of Postgres). */
const FACTS = ["code", "kind", "reason", "constraint", "syscall", "address", "port"] as const;

type ErrorWithFacts = Error & { readonly [name in (typeof FACTS)[number]]?: unknown };

/** SQLSTATE class 22: the text of such an error of Postgres quotes the value that it did not take. */
const VALUE_REFUSED = /^22[0-9A-Z]{3}$/;

/** What a log line says of an error: name, message, the facts that name it, stack, causes. */
export function errorFacts(error: ErrorWithFacts): [string, unknown][] {
  const quotes = typeof error.code === "string" && VALUE_REFUSED.test(error.code);
  const message = quotes ? "the database refused a value" : error.message;
  const facts: [string, unknown][] = [
    ["name", error.name],
    ["message", message],
    ...FACTS.map((name): [string, unknown] => [name, error[name]]),
    ["stack", quotes ? error.stack?.replace(error.message, message) : error.stack],
    ["cause", error.cause],
    ["errors", error instanceof AggregateError ? error.errors : undefined],
  ];
  return facts.filter(([, value]) => value !== undefined);
}
