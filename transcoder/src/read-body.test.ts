import { describe, expect, it } from "vitest";
import { readJsonBody } from "./read-body.ts";

const LIMIT_BYTES = 100;

async function read(body: BodyInit | undefined, headers: Record<string, string>): Promise<unknown> {
  const init = { method: "POST", headers, ...(body !== undefined && { body }), duplex: "half" };
  return readJsonBody(new Request("http://test/", init), LIMIT_BYTES);
}

/** A body without a length, as `transfer-encoding: chunked` gives it. */
function chunked(...chunks: string[]): ReadableStream<Uint8Array> {
  return new Blob(chunks).stream();
}

describe("readJsonBody", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
    "application/merge-patch+json",
    "application/problem+json ; x=y",
  ])("reads %s", async (mediaType) => {
    expect(await read('{"a":1}', { "content-type": mediaType })).toEqual({ a: 1 });
  });

  it.each([
    "text/plain",
    "text/json",
    "application/jsonx",
    "application/x-www-form-urlencoded",
    "application/json; charset=latin1",
    "application/grpc",
    "",
  ])("refuses the media type %j", async (mediaType) => {
    const error = await read('{"a":1}', { "content-type": mediaType }).catch((error: unknown) => error);

    expect(error).toMatchObject({ kind: "unsupportedMediaType", headers: { accept: "application/json" } });
  });

  it.each(["gzip", "br", "identity, gzip"])("refuses the content encoding %s", async (encoding) => {
    const headers = { "content-type": "application/json", "content-encoding": encoding };

    const error = await read('{"a":1}', headers).catch((error: unknown) => error);

    expect(error).toMatchObject({ kind: "unsupportedMediaType", headers: { "accept-encoding": "identity" } });
  });

  it("reads what says that it is not encoded", async () => {
    const headers = { "content-type": "application/json", "content-encoding": "identity" };

    expect(await read('{"a":1}', headers)).toEqual({ a: 1 });
  });

  it("refuses a body without a media type, but takes no body without one", async () => {
    await expect(read(chunked("{}"), {})).rejects.toMatchObject({ kind: "unsupportedMediaType" });
    expect(await read(undefined, {})).toBeUndefined();
    expect(await read("", { "content-type": "application/json" })).toBeUndefined();
  });

  it.each(["{", "nonsense", "{'a':1}", '{"a":1}{', "\u0000", "undefined"])("refuses %j", async (body) => {
    await expect(read(body, { "content-type": "application/json" })).rejects.toMatchObject({ kind: "invalid" });
  });

  it("refuses what is not UTF-8", async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);

    await expect(read(body, { "content-type": "application/json" })).rejects.toMatchObject({ kind: "invalid" });
  });

  it("refuses a body that is announced as too large without reading it", async () => {
    const headers = { "content-type": "application/json", "content-length": String(LIMIT_BYTES + 1) };
    const request = new Request("http://test/", { method: "POST", headers, body: "{}" });

    await expect(readJsonBody(request, LIMIT_BYTES)).rejects.toMatchObject({ kind: "tooLarge" });
    expect(request.bodyUsed).toBe(false);
  });

  it("stops reading a body that turns out too large", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(LIMIT_BYTES / 2).fill(0x20));
      },
    });

    await expect(read(endless, { "content-type": "application/json" })).rejects.toMatchObject({ kind: "tooLarge" });
    expect(pulled).toBeLessThan(10);
  });

  it("reads a body of exactly the limit in pieces", async () => {
    const text = `"${"x".repeat(LIMIT_BYTES - 2)}"`;

    const body = chunked(text.slice(0, 7), text.slice(7));

    expect(await read(body, { "content-type": "application/json" })).toHaveLength(LIMIT_BYTES - 2);
  });
});
