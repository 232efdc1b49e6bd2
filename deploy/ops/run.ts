import { ConfigError } from "@animal-delivery/platform/config/config-error";
import { type Environment, loadConfig } from "@animal-delivery/platform/config/load-config";
import { fromCallError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { textOf } from "./arguments.ts";
import { Config } from "./config.ts";
import { type Command, readCommand } from "./read-command.ts";
import { tokenOf } from "./sign-in.ts";
import { USAGE } from "./usage.ts";
import { UsageError } from "./usage-error.ts";
import type { Answer } from "./verb.ts";
import { dlqVerbs } from "./verbs/dlq.ts";
import { outboxVerbs } from "./verbs/outbox.ts";
import { processVerbs } from "./verbs/process.ts";
import { sagaVerbs } from "./verbs/sagas.ts";

/** What the process prints, and ends with. */
export interface Outcome {
  readonly code: number;
  readonly out?: string;
  readonly err?: string;
}

const EXIT = { refused: 1, usage: 2, away: 3, config: 78 } as const;

/** The operators' tool: one command, its answer. Never rejects. */
export async function run(args: readonly string[], env?: Environment): Promise<Outcome> {
  if (args.includes("--help")) return { code: 0, out: USAGE };
  try {
    const command = readCommand([...outboxVerbs, ...dlqVerbs, ...processVerbs, ...sagaVerbs], args);
    const { text, json, exitCode = 0 } = await answerOf(command, env);
    const out = command.options["json"] === true ? JSON.stringify(json, undefined, 2) : text;
    return { code: exitCode, out: `${out}\n` };
  } catch (error) {
    if (error instanceof UsageError) return { code: EXIT.usage, err: `ops: ${error.message} (--help)\n` };
    if (error instanceof ConfigError) return { code: EXIT.config, err: `ops: ${error.message}\n` };
    return refusal(error instanceof DomainError ? error : fromCallError(error));
  }
}

async function answerOf({ verb, ...given }: Command, env?: Environment): Promise<Answer> {
  const config = loadConfig(Config, env);
  const operator = { token: textOf(given, "token") || undefined, user: textOf(given, "user") || undefined };
  const token = await tokenOf(operator, config);
  // Whoever called wrongly, or asks for help, does not wait for what follows to be loaded.
  const { connect } = await import("./connect.ts");
  const services = await connect(config);
  return verb.run({ ...given, services, as: { headers: { authorization: `Bearer ${token}` } } });
}

function refusal({ kind, reason, message }: DomainError): Outcome {
  const isAway = kind === "unavailable" || kind === "deadlineExceeded";
  return { code: isAway ? EXIT.away : EXIT.refused, err: `ops: ${reason}: ${message}\n` };
}
