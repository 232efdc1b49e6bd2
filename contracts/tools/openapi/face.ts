import type { Contract, Rpc } from "../contract/read-contract.ts";
import { headers } from "./answers.ts";
import type { JsonObject } from "./json.ts";
import { platformCallers, type Callers } from "./platform-callers.ts";

/** A server of REST: what it serves of the contract, and what holds for every operation there. */
export interface Face {
  /** Where it is in examples. */
  readonly origin: string;
  readonly serves: (rpc: Rpc) => boolean;
  /** The headers of every answer, whatever it says. */
  readonly headers: JsonObject;
  /** Whether an RPC may refuse there for this reason. */
  readonly refuses: (rpc: Rpc, reason: string) => boolean;
  readonly callersOf: (contract: Contract, rpc: Rpc) => Callers;
}

/** The gateway, in front of everything. */
export const PLATFORM: Face = {
  origin: "http://localhost:8080",
  serves: () => true,
  headers: headers("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
  refuses: () => true,
  callersOf: platformCallers,
};

/** What follows from roles, cookies, stored answers, counters and accounts. The messenger alone has none of them. */
const PLATFORM_ONLY = new Set([
  "ACCESS_DENIED",
  "CSRF_REFUSED",
  "IDEMPOTENCY_TWIN_RUNNING",
  "RATE_LIMITED",
  "SPEAKER_GONE",
]);

const MESSENGER_SERVICES = /^messenger\.v1\.(Session|Chat|Message)Service\./;

/** The messenger that runs alone, and knows its callers by their sessions. */
export const MESSENGER: Face = {
  origin: "http://localhost:8090",
  serves: ({ name }) => MESSENGER_SERVICES.test(name),
  headers: headers("X-Request-Id"),
  refuses: (rpc, reason) => !PLATFORM_ONLY.has(reason) && !(makesSession(rpc) && reason === "TOKEN_INVALID"),
  callersOf: (_contract, rpc) =>
    makesSession(rpc) ? { text: "Anybody may call this.", security: [] } : { text: "Needs a session." },
};

function makesSession({ name }: Rpc): boolean {
  return name === "messenger.v1.SessionService.CreateSession";
}
