import winston from "winston";
import type TransportStream from "winston-transport";

/** Writes lines to standard output. */
export function stdoutTransport(): TransportStream {
  // console.log, unlike process.stdout.write, outlives a reader that went away (EPIPE).
  return new winston.transports.Console({ forceConsole: true });
}
