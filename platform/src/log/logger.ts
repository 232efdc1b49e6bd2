import winston from "winston";
import type TransportStream from "winston-transport";
import { LOG_LEVELS, type LogLevel } from "./level.ts";
import { logLine } from "./line.ts";
import { stdoutTransport } from "./stdout-transport.ts";

/** What a line says besides its message: facts by snake_case name, never personal data. */
export type LogFields = Record<string, unknown>;

/** Writes log lines as JSON. Never throws, whatever it is given. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines carry these fields too. */
  child(fields: LogFields): Logger;
  /** What is written now: lines of this level and worse. */
  level(): LogLevel;
  /** Changes from now on what is written, for this logger, its parent and its children. */
  setLevel(level: LogLevel): void;
}

export interface LoggerOptions {
  readonly service: string;
  /** Milder lines are not written. */
  readonly level: LogLevel;
  /** Where lines go; standard output unless given, nowhere when empty. */
  readonly transports?: readonly TransportStream[];
}

/**
 * A service's logger. Each line carries timestamp, level, service, message, the ids of the request or event at hand
 * (request_id, trace_id, span_id, correlation_id) and the fields.
 */
export function createLogger({ service, level, transports = [stdoutTransport()] }: LoggerOptions): Logger {
  const sink = winston.createLogger({
    level,
    levels: Object.fromEntries(LOG_LEVELS.map((name, index) => [name, index])),
    // The message is the whole line by then: it is made where the fields still are at hand.
    format: winston.format.printf((info) => String(info.message)),
    transports: [...transports],
    silent: transports.length === 0,
  });
  return loggerOver(sink, service, {});
}

function loggerOver(sink: winston.Logger, service: string, inherited: LogFields): Logger {
  const write = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    // A line that nobody wants is not made: debug lines cost nothing in production.
    if (sink.silent || LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(sink.level as LogLevel)) return;
    sink.log({ level, message: lineOf(service, level, message, inherited, fields) });
  };
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
    child: (fields) => loggerOver(sink, service, { ...inherited, ...fields }),
    level: () => sink.level as LogLevel,
    setLevel: (level) => {
      sink.level = level;
    },
  };
}

function lineOf(service: string, level: LogLevel, message: string, inherited: LogFields, fields: LogFields): string {
  try {
    return logLine(service, level, message, { ...inherited, ...fields });
  } catch {
    // A getter among the fields themselves threw.
    return logLine(service, level, message, { cut: "the fields could not be read" });
  }
}
