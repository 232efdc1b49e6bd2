import type { DescService } from "@bufbuild/protobuf";
import { createClient, type CallOptions, type Client } from "@connectrpc/connect";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { ChatStore } from "../store/chat-store.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { sessionAuthenticator, sessionCallers } from "../alone/sessions.ts";
import { localFace } from "./local-face.ts";

export const ORIGIN = "http://localhost:8090";

/** The messenger as it runs alone, without its ports. */
export interface AloneFixture {
  readonly telemetry: TestTelemetry;
  readonly store: ChatStore;
  readonly draining: AbortController;
  /** Calls RPCs as they come over the network, through the gate. */
  readonly client: <S extends DescService>(service: S) => Client<S>;
  /** Makes a session. */
  readonly enter: (alias?: string) => Promise<Entered>;
  /** Sends a request as it comes over the network. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface Entered {
  readonly sessionId: string;
  /** For RPCs. */
  readonly options: CallOptions;
  /** For HTTP: a JSON body goes with POST. */
  readonly init: (body?: unknown, more?: Readonly<Record<string, string>>) => RequestInit;
}

export function aloneFixture({ isPrivate = true, store = memory() } = {}): AloneFixture {
  const telemetry = testTelemetry("messenger");
  const draining = new AbortController();
  const { transport, app } = localFace({
    origin: ORIGIN,
    store,
    callers: sessionCallers(store),
    authenticate: sessionAuthenticator(store),
    telemetry,
    config: { historySizeMax: 100, streamsPerCallerMax: 2 },
    draining: draining.signal,
    recheckMs: 20,
    checks: [{ name: "accepts calls", check: async () => draining.signal.throwIfAborted() }],
    isPrivate,
  });
  const sessions = createClient(SessionService, transport);
  return {
    telemetry,
    store,
    draining,
    client: (service) => createClient(service, transport),
    async enter(alias = "") {
      const { sessionId } = await sessions.createSession({ alias });
      const headers = { authorization: `Session ${sessionId}` };
      const init: Entered["init"] = (body, more) => ({
        headers: { ...headers, "content-type": "application/json", ...more },
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      });
      return { sessionId, options: { headers }, init };
    },
    send: async (path, init) => app.request(ORIGIN + path, init),
  };
}

function memory(): ChatStore {
  return createMemoryStore({ sessionsMax: 10, chatsMax: 10 });
}
