import { randomUUIDv7 } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { problemPath } from "./problem.ts";
import { securityHeaders } from "./security-headers.ts";

/** A refusal of what is not even a request: no route, no handler and no middleware has seen it. */
export interface ParserProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PROBLEMS = {
  malformed: {
    status: 400,
    reason: "REQUEST_INVALID",
    title: "Invalid request",
    detail: "this is not a valid HTTP/1.1 request",
  },
  host: {
    status: 400,
    reason: "REQUEST_INVALID",
    title: "Invalid request",
    detail: "the request needs one valid Host",
  },
  slow: {
    status: 408,
    reason: "DEADLINE_EXCEEDED",
    title: "Out of time",
    detail: "the request took too long to arrive",
  },
  expectation: {
    status: 417,
    reason: "REQUEST_INVALID",
    title: "Invalid request",
    detail: "only 100-continue can be expected",
  },
  headers: {
    status: 431,
    reason: "REQUEST_TOO_LARGE",
    title: "Too large",
    detail: "the headers are larger than 16 KiB",
  },
  broken: { status: 500, reason: "INTERNAL", title: "Internal error", detail: "something broke on this side" },
} as const;

export type ParserFault = keyof typeof PROBLEMS;

export function parserProblem(fault: ParserFault, origin: string): ParserProblem {
  const { reason, ...members } = PROBLEMS[fault];
  const requestId = randomUUIDv7();
  const body = JSON.stringify({ type: origin + problemPath(reason), ...members, reason, request_id: requestId });
  const headers = {
    ...Object.fromEntries(securityHeaders(origin.startsWith("https:"))),
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "x-request-id": requestId,
    connection: "close",
  };
  return { status: members.status, headers, body };
}

/** The fault behind an error of Node's parser. */
export function faultOf({ code }: { readonly code?: string | undefined }): ParserFault {
  if (code === "HPE_HEADER_OVERFLOW") return "headers";
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "slow" : "malformed";
}

/** As it goes over a socket that has no response object yet. */
export function rawAnswer({ status, headers, body }: ParserProblem): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n");
}
