import type { Http2SecureServer, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Logger } from "../log/logger.ts";
import { retireSession } from "./retire-session.ts";

/** Who is connected to a server. */
export interface Connections {
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** The sockets under them, and those whose TLS handshake is not done yet. */
  readonly sockets: ReadonlySet<Socket>;
}

/** Keeps track of a server's connections and ends each at its maximum age, so that callers find new replicas. */
export function trackConnections(server: Http2SecureServer, maxAgeMs: number, log: Logger): Connections {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("session", (session) => {
    sessions.add(session);
    // Not all at the same moment.
    const age = setTimeout(() => retireSession(session), maxAgeMs * (0.9 + Math.random() * 0.2)).unref();
    session.once("close", () => {
      clearTimeout(age);
      sessions.delete(session);
    });
    session.on("error", (err) => log.debug("rpc connection failed", { err }));
  });
  server.on("tlsClientError", (err) => log.info("tls handshake refused", { err }));
  return { sessions, sockets };
}
