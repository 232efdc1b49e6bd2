import type { JsonValue } from "@bufbuild/protobuf";
import { TranscodingError } from "./transcoding-error.ts";

const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const FORM = "application/x-www-form-urlencoded";
const FORM_MEDIA_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const OTHER_CHARSET = /;\s*charset\s*=\s*(?!"?utf-8"?\s*(?:;|$))/i;

/**
 * Reads a request's body as JSON; undefined when it is empty. Reads no more than `bytesMax` of it, whether its length was
 * told or not.
 *
 * @throws {TranscodingError} unsupportedMediaType for other types and for what is compressed, tooLarge, or invalid for what is not JSON in UTF-8.
 */
export async function readJsonBody(request: Request, bytesMax: number): Promise<JsonValue | undefined> {
  const mediaType = request.headers.get("content-type");
  if (mediaType !== null && (!JSON_MEDIA_TYPE.test(mediaType) || OTHER_CHARSET.test(mediaType))) {
    throw unsupportedMediaType();
  }
  const bytes = await readBytes(request, bytesMax);
  if (bytes.byteLength === 0) return undefined;
  if (mediaType === null) throw unsupportedMediaType();
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as JsonValue;
  } catch {
    throw new TranscodingError("invalid", "the body is not valid JSON in UTF-8", {
      violations: [{ field: "", message: "must be valid JSON in UTF-8" }],
    });
  }
}

/**
 * Reads a request's body as an HTML form sends it, no more than `bytesMax` of it.
 *
 * @throws {TranscodingError} unsupportedMediaType for other types and for what is compressed, tooLarge.
 */
export async function readUrlEncodedBody(request: Request, bytesMax: number): Promise<URLSearchParams> {
  if (!FORM_MEDIA_TYPE.test(request.headers.get("content-type") ?? "")) throw unsupportedMediaType(FORM);
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request, bytesMax)));
}

async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  if (!/^(?:identity)?$/i.test(request.headers.get("content-encoding") ?? "")) throw unsupportedEncoding();
  const length = request.headers.get("content-length");
  if (length !== null) {
    if (Number(length) > bytesMax) throw tooLarge(bytesMax);
    // The HTTP parser holds a body to the length it was announced with, so this cannot grow.
    return new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return concat(chunks, bytes);
}

function concat(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

function tooLarge(bytesMax: number): TranscodingError {
  return new TranscodingError("tooLarge", `the body is larger than ${bytesMax} bytes`);
}

/** RFC 9110, 12.5.3: the header says what would have been taken. */
function unsupportedEncoding(): TranscodingError {
  return new TranscodingError("unsupportedMediaType", "the body must not be compressed", {
    headers: { "accept-encoding": "identity" },
  });
}

function unsupportedMediaType(accept = "application/json"): TranscodingError {
  return new TranscodingError("unsupportedMediaType", `the body must be ${accept} in UTF-8`, { headers: { accept } });
}
