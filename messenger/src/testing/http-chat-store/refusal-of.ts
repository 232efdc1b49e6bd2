import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { REASONS } from "@animal-delivery/contracts/gen/reasons";
import { DomainError, type ErrorKind } from "@animal-delivery/platform/errors";
import { ERROR_CODES } from "@animal-delivery/platform/error-codes";
import { ORIGIN } from "../start-face.ts";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
}

/** The refusal that an answer tells. @throws {Error} when the answer does not tell it as the API promises. */
export async function refusalIn(answer: IncomingMessage): Promise<DomainError> {
  const { statusCode, headers } = answer;
  const told = await text(answer);
  const mediaType = headers["content-type"];
  if (mediaType !== "application/problem+json") throw new Error(`${statusCode} is no problem: ${mediaType} ${told}`);
  const problem = JSON.parse(told) as Problem;
  if (problem.status !== statusCode) throw new Error(`the problem of a ${statusCode} says ${told}`);
  return refusalOf(problem);
}

/** The kind is what the status and the title say; the address must be that of the reason. */
export function refusalOf({ type, title, status, detail, reason }: Problem): DomainError {
  const kinds = Object.entries(ERROR_CODES) as [ErrorKind, (typeof ERROR_CODES)[ErrorKind]][];
  const [kind] = kinds.find(([, code]) => code.status === status && code.title === title) ?? [];
  if (!kind) throw new Error(`no kind of problem is ${status} "${title}"`);
  const explained = REASONS.find((info) => `${ORIGIN}/problems/${info.domain}/${info.slug}` === type);
  if (explained?.reason !== reason) throw new Error(`${type} does not explain ${reason}`);
  return new DomainError(kind, reason, detail);
}
