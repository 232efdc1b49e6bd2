import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  createClient,
  createRouterTransport,
  type Client,
  type ConnectRouter,
  type HandlerContext,
} from "@connectrpc/connect";
import type { Grant } from "../access/caller.ts";
import { toConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import type { DeadlineOptions } from "./deadline.ts";
import { grantKey } from "./grant.ts";
import { errorDomain, serverInterceptors } from "./interceptors.ts";
import { methodName } from "./method-name.ts";
import { peerOf } from "./peer-of.ts";

export interface InMemoryOptions {
  /** What authentication and policy would have found out; a function is asked for each call. */
  readonly grant: Grant | (() => Grant);
  readonly telemetry?: Telemetry;
  readonly deadline?: DeadlineOptions;
}

/**
 * For tests: a client of routes in this process, through the interceptors of a real server; only network and
 * authentication are missing. A refusal that the contract does not list fails the call as an internal error that says so.
 */
export function inMemoryClient<S extends DescService>(
  service: S,
  routes: (router: ConnectRouter) => void,
  { grant, telemetry = testTelemetry(), deadline }: InMemoryOptions,
): Client<S> {
  const name = peerOf(service);
  const interceptors = serverInterceptors({ name, telemetry, deadline, onUndocumentedRefusal: failUndocumented });
  const requestGate = (context: HandlerContext): void => {
    try {
      context.values.set(grantKey, typeof grant === "function" ? grant() : grant);
    } catch (error) {
      throw error instanceof DomainError ? toConnectError(error, errorDomain(name)) : error;
    }
  };
  return createClient(service, createRouterTransport(routes, { router: { interceptors, requestGate } }));
}

function failUndocumented(method: DescMethod, { reason }: DomainError): never {
  const text = `the contract of ${methodName(method)} does not list the refusal ${reason}`;
  throw toConnectError(new DomainError("internal", "INTERNAL", text), "test");
}
