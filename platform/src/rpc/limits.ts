/** Largest request or answer, in bytes. */
export const MESSAGE_BYTES_MAX = 1024 * 1024;

/** Longest time a Node timer can wait; a longer one fires at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Limits of one HTTP/2 connection, client and server. Node's own are for the public: a thousand calls that their callers
 * cancelled, or 16,000 open streams, end the connection with everything on it (nodejs/node#56306). Between our services one
 * connection carries every call.
 */
export const HTTP2_LIMITS = {
  /** Megabytes. */
  maxSessionMemory: 1_000,
  /** Cancelled calls: so many at once, and then so many per second. */
  streamResetBurst: 100_000,
  streamResetRate: 10_000,
  /** How many calls the client counts on before the server has told its own limit. */
  peerMaxConcurrentStreams: 10_000,
  settings: { maxConcurrentStreams: 10_000, enablePush: false },
  handshakeTimeout: 10_000,
};

/** Connections of callers that nobody vouches for, as of the HTTP server; more are closed as they come. */
export const PUBLIC_CONNECTIONS_MAX = 10_000;

/** The same for callers that nobody vouches for. A connection is one caller's; what it leaves of Node's own limits is room to cancel. */
export const HTTP2_PUBLIC_LIMITS = {
  /** Megabytes. */
  maxSessionMemory: 50,
  streamResetBurst: 10_000,
  streamResetRate: 300,
  settings: { maxConcurrentStreams: 1_000, enablePush: false },
  handshakeTimeout: 10_000,
};
