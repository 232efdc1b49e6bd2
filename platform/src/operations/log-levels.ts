import { LogLevel as Message } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import type { LogLevel } from "../log/level.ts";

const LEVELS = {
  debug: Message.DEBUG,
  info: Message.INFO,
  warn: Message.WARN,
  error: Message.ERROR,
} as const satisfies Record<LogLevel, Message>;

export function levelMessage(level: LogLevel): Message {
  return LEVELS[level];
}

/** @param message as the contract allows it. */
export function levelOf(message: Message): LogLevel {
  const found = (Object.keys(LEVELS) as LogLevel[]).find((level) => LEVELS[level] === message);
  if (!found) throw new Error(`no log level stands for ${message}`);
  return found;
}
