import { Code, ConnectError } from "@connectrpc/connect";

/** How a call ended, in gRPC's spelling: `OK` for no error, `NOT_FOUND`. */
export function codeName(error: unknown): string {
  if (error === undefined) return "OK";
  const { code } = ConnectError.from(error, Code.Internal);
  return Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** The codes that say something is wrong on the server's side and not with the request. */
export const FAULT_CODES: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);
