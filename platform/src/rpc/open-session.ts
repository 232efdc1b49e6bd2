import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

/** A connection that is not open by then will hardly be. */
const CONNECT_MS_MAX = 3_000;
/** How often the other side must show that it lives, calls or no calls. */
const PING_INTERVAL_MS = 15_000;
const PING_MS_MAX = 5_000;
/** A connection without calls is closed after so long. */
const IDLE_MS_MAX = 300_000;

export interface OpenSession {
  /** Begins a request; undefined when the connection takes none any more. */
  request(headers: OutgoingHttpHeaders, options: ClientSessionRequestOptions): ClientHttp2Stream | undefined;
  /** Takes no more requests; those it has go on. */
  close(): void;
  /** Unary calls under way: whoever begins one counts it. Streams, which may rest for hours, say nothing of the load. */
  calls: number;
}

/**
 * Opens a connection.
 *
 * @param onUnusable is called once: when it takes no more requests, though those it has may go on.
 * @throws {ConnectError} Unavailable when it cannot be opened.
 */
export async function openSession(
  authority: string,
  options: SecureClientSessionOptions,
  onUnusable: () => void,
): Promise<OpenSession> {
  const session = connect(authority, options);
  session.on("goaway", onUnusable);
  session.on("close", onUnusable);
  // Stays on for ever: an error without a listener would end the process. Calls hear of it from their own streams.
  session.on("error", onUnusable);
  session.on("timeout", () => session.close());
  await connected(session);
  keepAlive(session);
  session.unref();
  return {
    request: (headers, requestOptions) => begin(session, headers, requestOptions),
    close: () => session.close(),
    calls: 0,
  };
}

function connected(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => session.destroy(new Error("the connection did not open in time")), CONNECT_MS_MAX);
    const fail = (cause?: Error): void => {
      clearTimeout(timer);
      const text = cause?.message ?? "the connection closed before it was open";
      reject(new ConnectError(text, Code.Unavailable, undefined, undefined, cause));
    };
    session.once("error", fail);
    // A server that stops in this moment closes without an error.
    session.once("close", () => fail());
    session.once("connect", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function begin(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  options: ClientSessionRequestOptions,
): ClientHttp2Stream | undefined {
  if (session.closed || session.destroyed) return undefined;
  const stream = session.request(headers, options);
  holdProcess(session, stream);
  return stream;
}

const streamCounts = new WeakMap<ClientHttp2Session, number>();

/** A connection keeps the process alive while it has calls, and only then. */
function holdProcess(session: ClientHttp2Session, stream: ClientHttp2Stream): void {
  const change = (by: 1 | -1): void => {
    const streams = (streamCounts.get(session) ?? 0) + by;
    streamCounts.set(session, streams);
    if (streams === 0) {
      session.unref();
      session.setTimeout(IDLE_MS_MAX);
    } else if (by === 1 && streams === 1) {
      session.ref();
      session.setTimeout(0);
    }
  };
  change(1);
  stream.once("close", () => change(-1));
}

/** Ends a connection whose other side does not answer, which TCP alone finds out only after minutes. */
function keepAlive(session: ClientHttp2Session): void {
  const ping = setInterval(() => {
    const tooLate = setTimeout(() => session.destroy(new Error("the connection is dead")), PING_MS_MAX).unref();
    const sent = !session.destroyed && session.ping(() => clearTimeout(tooLate));
    if (!sent) clearTimeout(tooLate);
  }, PING_INTERVAL_MS).unref();
  session.once("close", () => clearInterval(ping));
}
