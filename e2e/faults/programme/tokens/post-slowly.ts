import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Json } from "../../../src/api.ts";

export interface SlowRequest {
  readonly token: string;
  /** The idempotency key. */
  readonly key: string;
  readonly body: Json;
  /** When the last byte of the body is sent, in milliseconds since 1970. */
  readonly bodyEndsAt: number;
}

/** A POST whose head goes out now and whose body ends later: whoever checks the token at the head has checked it long ago. */
export async function postSlowly(url: string, { token, key, body, bodyEndsAt }: SlowRequest): Promise<Answer> {
  const bytes = Buffer.from(JSON.stringify(body));
  const request = httpRequest(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": bytes.length,
      "idempotency-key": key,
    },
  });
  const responded = once(request, "response") as Promise<[IncomingMessage]>;
  const written = writeSlowly();
  const [response] = await responded;
  const answer = JSON.parse(await text(response)) as Json;
  await written;
  const headers = new Headers({ "content-type": response.headers["content-type"] ?? "" });
  return { status: response.statusCode ?? 0, headers, body: answer };

  async function writeSlowly(): Promise<void> {
    request.write(bytes.subarray(0, 1));
    await sleep(Math.max(0, bodyEndsAt - Date.now()));
    request.end(bytes.subarray(1));
  }
}
