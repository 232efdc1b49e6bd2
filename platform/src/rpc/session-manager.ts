import type {
  ClientHttp2Stream,
  ClientSessionRequestOptions,
  OutgoingHttpHeaders,
  SecureClientSessionOptions,
} from "node:http2";
import { isIP } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import type { GrpcTransportOptions } from "@connectrpc/connect-node";
import { createConnection, type Connection } from "./connection.ts";
import type { OpenSession } from "./open-session.ts";
import { spreadConnections } from "./spread-connections.ts";
import { tellOfCleanClose, tellWhyWritesFailed } from "./stream-endings.ts";
import { watchAddresses, type Resolve } from "./watch-addresses.ts";

/** How many connections that end at once are tried for one request. */
const OPENED_MAX = 5;

export type SessionManager = NonNullable<GrpcTransportOptions["sessionManager"]> & {
  /** Begins a unary call whose errors its caller watches for: what `request` adds for Connect is not added. */
  readonly begin: (headers: OutgoingHttpHeaders) => Promise<ClientHttp2Stream>;
};

export interface SessionManagerOptions {
  /** `https://orders:9010`; a name stands for every address that it has. */
  readonly address: string;
  readonly tls: SecureClientSessionOptions;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
}

/**
 * Begins requests at an address, on connections that are opened when needed and replaced when they end or are told to. Stands
 * in for connect-node 2.2.0's own manager, which ends the process when a GOAWAY on an idle connection meets a request
 * (connectrpc/connect-es#1768), never calls again once a connection closed without an error while it was opened, and knows
 * one connection only.
 */
export function createSessionManager(options: SessionManagerOptions): SessionManager {
  const authority = new URL(options.address).origin;
  const connection = connectionTo(authority, options);

  const start = async (headers: OutgoingHttpHeaders, requestOptions: ClientSessionRequestOptions): Promise<Started> => {
    for (let opened = 0; opened < OPENED_MAX; opened++) {
      const session = await connection.ready();
      const stream = session.request(headers, requestOptions);
      if (stream) return { session, stream };
    }
    throw new ConnectError("connections end as soon as they are open", Code.Unavailable);
  };

  return {
    authority,
    begin: async (headers) => {
      const { session, stream } = await start(headers, {});
      session.calls++;
      stream.once("close", () => session.calls--);
      return stream;
    },
    async request(method, path, headers, requestOptions = {}) {
      const { stream } = await start({ ...headers, ":method": method, ":path": path }, requestOptions);
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

interface Started {
  readonly session: OpenSession;
  readonly stream: ClientHttp2Stream;
}

/** One connection to an address, and to this machine by name; to any other name, one to each replica behind it. */
function connectionTo(authority: string, { tls, resolve }: SessionManagerOptions): Connection {
  const host = new URL(authority).hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 || host === "localhost") return createConnection({ authority, tls });
  return spreadConnections({
    addresses: watchAddresses(host, resolve),
    connect: (address, onLost) => createConnection({ authority, address, tls, onLost }),
  });
}
