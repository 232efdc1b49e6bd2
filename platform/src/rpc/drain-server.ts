import { constants, type Http2SecureServer, type ServerHttp2Session } from "node:http2";
import { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Time for the first GOAWAY to arrive and for calls under way to be taken in. */
const NOTICE_MS = 50;

/**
 * Closes a server whose streams have been told to end: no new connections, then no new calls, and every call that came
 * finishes. What still runs after `graceMs` is cut.
 */
export async function drainServer(
  server: Http2SecureServer,
  sessions: ReadonlySet<ServerHttp2Session>,
  graceMs: number,
): Promise<void> {
  // Http2Server.close() would send the last GOAWAY at once. RFC 9113, 6.8: a first one with the highest stream id asks for
  // no more calls without refusing those on their way.
  const closed = new Promise<void>((resolve) => Server.prototype.close.call(server, () => resolve()));
  for (const session of sessions) {
    if (!session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  }
  await Promise.race([closed, sleep(NOTICE_MS)]);
  for (const session of sessions) session.close();
  const cut = setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, graceMs);
  await closed;
  clearTimeout(cut);
}
