import winston from "winston";

const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** The current file and those before it. */
const FILES_MAX = 3;

/** Writes log lines to a file, which makes room for a new one when it is full. */
export function logFile(path: string) {
  return new winston.transports.File({ filename: path, maxsize: FILE_BYTES_MAX, maxFiles: FILES_MAX, tailable: true });
}
