import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Json } from "./api.ts";

/** One server-sent event. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** Reads a stream of server-sent events until it ends, `signal` aborts, or the reader stops. */
export async function* readStream(
  url: string,
  options: { token: string; lastEventId?: string; signal?: AbortSignal },
): AsyncGenerator<StreamEvent> {
  const response = await fetch(url, {
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${options.token}`,
      ...(options.lastEventId === undefined ? {} : { "last-event-id": options.lastEventId }),
    },
    signal: options.signal ?? null,
  });
  if (!response.ok || !response.body) throw new Error(`stream refused: ${response.status} ${await response.text()}`);
  const queue: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => queue.push(event) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const event of queue.splice(0)) {
      yield { id: event.id ?? "", event: event.event ?? "message", data: JSON.parse(event.data) as Json };
    }
  }
}
