import type { Http2SecureServer } from "node:http2";
import { Server } from "node:net";
import type { Connections } from "./connections.ts";
import { retireSession } from "./retire-session.ts";

/**
 * Closes a server whose streams have been told to end: no new connections, then no new calls, and every call that came
 * finishes. What still runs after `graceMs` is cut.
 */
export async function drainServer(server: Http2SecureServer, connections: Connections, graceMs: number): Promise<void> {
  // Http2Server.close() would send each connection its last GOAWAY at once.
  const closed = new Promise<void>((resolve) => Server.prototype.close.call(server, () => resolve()));
  // A connection may still be in its TLS handshake, and become a session only now.
  server.on("session", retireSession);
  for (const session of connections.sessions) retireSession(session);
  const cut = setTimeout(() => {
    for (const socket of connections.sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(cut);
}
