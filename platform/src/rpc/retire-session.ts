import { constants, type ServerHttp2Session } from "node:http2";

/** Time for the first GOAWAY to arrive, and for calls under way to be taken in. */
const NOTICE_MS = 50;

/**
 * Ends a connection without harm: its caller opens another one for new calls, and every call that came finishes. RFC 9113,
 * 6.8: a first GOAWAY with the highest stream id asks for no more calls without refusing those on their way; the last one,
 * which `close()` sends, would.
 */
export function retireSession(session: ServerHttp2Session): void {
  if (session.destroyed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  setTimeout(() => session.close(), NOTICE_MS);
}
