import type { Cluster, Redis } from "ioredis";
import type { RunCommand } from "@animal-delivery/platform/redis/observe-commands";
import { withScripts } from "@animal-delivery/platform/redis/with-scripts";
import { CHAT_SCRIPTS } from "./chat-scripts.ts";
import { DOOR_SCRIPTS } from "./door-scripts.ts";
import { HINT_SCRIPTS } from "./hint-scripts.ts";
import { MESSAGE_SCRIPTS } from "./message-scripts.ts";
import { PLACE_SCRIPTS } from "./place-scripts.ts";
import { refusalOf } from "./refusal-of.ts";
import type { Row } from "./rows.ts";
import { SESSION_SCRIPTS } from "./session-scripts.ts";

const SCRIPTS = {
  ...CHAT_SCRIPTS,
  ...DOOR_SCRIPTS,
  ...HINT_SCRIPTS,
  ...MESSAGE_SCRIPTS,
  ...PLACE_SCRIPTS,
  ...SESSION_SCRIPTS,
};
type ScriptName = keyof typeof SCRIPTS;
type Arguments = readonly (string | number)[];
type Scripts = Readonly<Record<ScriptName, (...keysAndArguments: Arguments) => Promise<Row | string>>>;

/**
 * Runs a script, which is one step, at the time of the server.
 *
 * @throws {DomainError} what the script refused with; unavailable UNAVAILABLE.
 */
export type Call = (name: ScriptName, keys: readonly string[], ...rest: Arguments) => Promise<Row>;

/** @param clockShiftMs what is added to the server's clock. */
export function createCall(client: Redis | Cluster, run: RunCommand, clockShiftMs: () => number): Call {
  const scripted = withScripts<Scripts>(client, SCRIPTS);
  return async (name, keys, ...rest) => {
    const answer = await run(operationOf(name), () => scripted[name](...keys, clockShiftMs(), ...rest));
    if (typeof answer === "string") throw refusalOf(answer);
    return answer;
  };
}

function operationOf(name: ScriptName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The last argument of a script, which is left out when there is none. */
export function optional(argument: string | undefined): readonly string[] {
  return argument === undefined ? [] : [argument];
}
