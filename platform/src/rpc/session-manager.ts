import type {
  ClientHttp2Stream,
  ClientSessionRequestOptions,
  OutgoingHttpHeaders,
  SecureClientSessionOptions,
} from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { GrpcTransportOptions } from "@connectrpc/connect-node";
import { openSession, type OpenSession } from "./open-session.ts";
import { tellOfCleanClose, tellWhyWritesFailed } from "./stream-endings.ts";

/** How many connections that end at once are tried for one request. */
const OPENED_MAX = 5;

export type SessionManager = NonNullable<GrpcTransportOptions["sessionManager"]> & {
  /** Begins a request whose errors its caller watches for: what `request` adds for Connect is not added. */
  begin(headers: OutgoingHttpHeaders, options?: ClientSessionRequestOptions): Promise<ClientHttp2Stream>;
};

/**
 * One HTTP/2 connection to an address, opened when it is needed and replaced when it ends or is told to. Stands in for
 * connect-node 2.2.0's own manager, which ends the process when a GOAWAY on an idle connection meets a request
 * (connectrpc/connect-es#1768), and never calls again once a connection closed without an error while it was opened.
 */
export function createSessionManager(address: string, options: SecureClientSessionOptions): SessionManager {
  const authority = new URL(address).origin;
  let current: Promise<OpenSession> | undefined;

  const ready = (): Promise<OpenSession> => {
    if (current) return current;
    const opening = openSession(authority, options, () => {
      if (current === opening) current = undefined;
    });
    current = opening;
    return opening;
  };

  const begin: SessionManager["begin"] = async (headers, requestOptions = {}) => {
    for (let opened = 0; opened < OPENED_MAX; opened++) {
      const stream = (await ready()).request(headers, requestOptions);
      if (stream) return stream;
    }
    throw new ConnectError("connections end as soon as they are open", Code.Unavailable);
  };

  return {
    authority,
    begin,
    async request(method, path, headers, requestOptions) {
      const stream = await begin({ ...headers, ":method": method, ":path": path }, requestOptions);
      tellOfCleanClose(stream);
      tellWhyWritesFailed(stream);
      return stream;
    },
    notifyResponseByteRead(stream: ClientHttp2Stream): void {
      // The session watches its own pings: see open-session.ts.
      void stream;
    },
  };
}
