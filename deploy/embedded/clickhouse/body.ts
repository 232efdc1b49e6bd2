import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ClickHouseException } from "./exception.ts";
import { notImplemented } from "./statement.ts";

/**
 * Reads a request's body, unpacked.
 *
 * @throws {ClickHouseException} when it is larger than `bytesMax`, or packed in another way than gzip or zstd.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked(request) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new ClickHouseException(307, "TOO_MANY_BYTES", 413, `The body is larger than ${bytesMax} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpacked(request: IncomingMessage): Readable {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return request;
  const unpack = encoding === "gzip" ? createGunzip() : encoding === "zstd" ? createZstdDecompress() : undefined;
  if (!unpack) throw notImplemented(`Content-Encoding ${encoding} is not supported by the embedded ClickHouse`);
  request.on("error", (error) => unpack.destroy(error));
  return request.pipe(unpack);
}
