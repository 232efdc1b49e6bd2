import { backoffMs } from "@animal-delivery/platform/backoff";
import { pause } from "@animal-delivery/platform/pause";
import { currentContext } from "@animal-delivery/platform/request-context";
import type { FetchInit, TracedFetch } from "@animal-delivery/platform/telemetry/traced-fetch";
import { withTimeLimit } from "@animal-delivery/platform/time-limit";
import { directoryAway } from "../directory-errors.ts";

/** What Keycloak answered. */
export interface Answer {
  readonly status: number;
  /** Undefined when it is empty or no JSON. */
  readonly body: unknown;
  /** The end of `Location`: the id of what was made. */
  readonly madeId: string;
}

export interface HttpRequest extends FetchInit {
  readonly body?: string | URLSearchParams;
  /** The path with names in place of ids. */
  readonly template?: string;
  /** How often at most, while Keycloak answers 500; once unless given. */
  readonly tries?: number;
}

/** @throws {DomainError} unavailable UNAVAILABLE when there is no answer in time, or one of 5xx or 429. */
export type Http = (url: string, request: HttpRequest) => Promise<Answer>;

const BACKOFF = { firstMs: 20, maxMs: 200 };
const NEVER = new AbortController().signal;

export function openHttp(fetch: TracedFetch, timeoutMs: number): Http {
  const send = async (
    url: string,
    { template, ...init }: Omit<HttpRequest, "tries">,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const response = await fetch(url, { ...init, signal, redirect: "error" } as FetchInit, template);
    const location = response.headers.get("location") ?? "";
    return { status: response.status, body: parsed(await response.text()), madeId: location.split("/").at(-1) ?? "" };
  };
  return async (url, { tries = 1, ...request }) => {
    const outer = currentContext()?.signal ?? NEVER;
    for (let attempt = 1; ; attempt++) {
      const answer = await withTimeLimit(outer, timeoutMs, async (signal) => send(url, request, signal)).catch(
        (cause: unknown) => {
          throw directoryAway(cause);
        },
      );
      const { status } = answer;
      if (status < 500 && status !== 429) return answer;
      if (status !== 500 || attempt >= tries) throw directoryAway(new Error(`Keycloak answered ${status}`));
      await pause(backoffMs(BACKOFF, attempt), outer);
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
