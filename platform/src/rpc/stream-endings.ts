import { constants, type ClientHttp2Stream } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

const RESET_CODES: Readonly<Record<number, Code>> = {
  [constants.NGHTTP2_REFUSED_STREAM]: Code.Unavailable,
  [constants.NGHTTP2_CANCEL]: Code.Canceled,
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: Code.ResourceExhausted,
};

/** The error of a call whose stream closed before the answer was whole, with Connect's codes. */
export function closedStreamError(rstCode: number | undefined, cause: Error | undefined): ConnectError {
  const byReset = RESET_CODES[rstCode ?? constants.NGHTTP2_NO_ERROR];
  const isGone = cause === undefined || ("code" in cause && cause.code === "ECONNRESET");
  const code = byReset ?? (isGone ? Code.Aborted : Code.Internal);
  return new ConnectError(cause?.message ?? closedText(rstCode), code, undefined, undefined, cause);
}

function closedText(rstCode: number | undefined): string {
  return rstCode ? `the stream was reset with code ${rstCode}` : "the connection closed before the answer";
}

/** A connection that closes without an error code ends its streams without a word, and their calls would wait for ever. */
export function tellOfCleanClose(stream: ClientHttp2Stream): void {
  let ended = false;
  stream.once("end", () => (ended = true));
  stream.once("close", () => {
    if (ended || stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.listenerCount("error") === 0) return;
    stream.emit("error", Object.assign(new Error("the connection closed before the answer"), { code: "ECONNRESET" }));
  });
}

/**
 * When a stream is closed, its unfinished writes fail with a bare ECANCELED before the stream gives the reason, and Connect
 * takes the first error it hears. REFUSED_STREAM must not get lost: it says that the call was not begun.
 */
export function tellWhyWritesFailed(stream: ClientHttp2Stream): void {
  let closed = false;
  stream.once("close", () => (closed = true));
  const write = stream.write.bind(stream) as (chunk: unknown, encoding: BufferEncoding, done: Done) => boolean;
  const patient = (chunk: unknown, encoding: BufferEncoding, done: Done): boolean => {
    return write(chunk, encoding, (error) => {
      if (error && !closed) stream.once("close", () => done(error));
      else done(error);
    });
  };
  Object.assign(stream, { write: patient });
}

type Done = (error?: Error | null) => void;
