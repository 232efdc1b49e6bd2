/** One server-sent event. */
export interface ServerSentEvent {
  /** What `Last-Event-ID` gives back; empty for none. */
  readonly id: string;
  /** Without line breaks. */
  readonly data: string;
}

export interface EventStreamOptions {
  /** How long an answer may wait for the first event before its headers go out. */
  readonly firstEventWaitMs: number;
  /** How often a comment goes out, so that nobody on the way takes the connection for dead. */
  readonly heartbeatMs: number;
  /** The document that tells of an error in the middle, as JSON. */
  readonly problem: (error: unknown) => Promise<string>;
  /** Called when nobody reads any more. */
  readonly cancel: () => void;
}

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // Tells nginx and those who copy it not to collect the events.
  "x-accel-buffering": "no",
};

/** The answer to HEAD on a stream. */
export function eventStreamHead(): Response {
  return new Response(null, { headers: HEADERS });
}

/**
 * Answers with server-sent events, read one at a time as the client takes them. An error before the first event is thrown;
 * one after it is sent as `event: problem` and ends the stream. A stream that ends without an event answers 204: an
 * EventSource stops asking then, where after a plain end it would ask for ever.
 */
export async function eventStream(
  events: AsyncIterator<ServerSentEvent>,
  options: EventStreamOptions,
): Promise<Response> {
  const first = events.next();
  // Whoever awaits it later sees the error; until then it must not count as unhandled.
  first.catch(() => undefined);
  const early = await Promise.race([first, elapsed(options.firstEventWaitMs, first)]);
  if (early?.done) return new Response(null, { status: 204 });
  return new Response(streamOf(first, events, options), { headers: HEADERS });
}

/** Undefined after the time; forgotten when `work` is faster. */
async function elapsed(ms: number, work: Promise<unknown>): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    const stop = (): void => clearTimeout(timer);
    work.then(stop, stop);
  });
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

function streamOf(
  first: Promise<IteratorResult<ServerSentEvent>>,
  events: AsyncIterator<ServerSentEvent>,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  let next: Promise<IteratorResult<ServerSentEvent>> | undefined = first;
  let heartbeat: NodeJS.Timeout | undefined;
  let open = true;
  const finish = (): void => {
    open = false;
    clearInterval(heartbeat);
  };
  const step = async (controller: Controller): Promise<void> => {
    const result = await (next ?? events.next());
    next = undefined;
    if (!open) return;
    if (!result.done) return controller.enqueue(format(result.value));
    finish();
    controller.close();
  };
  const fail = async (controller: Controller, error: unknown): Promise<void> => {
    if (!open) return;
    finish();
    controller.enqueue(encode(`event: problem\ndata: ${await options.problem(error)}\n\n`));
    controller.close();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encode(": open\n\n"));
      heartbeat = setInterval(() => {
        // A client that reads slowly gets none: they would only pile up.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encode(": heartbeat\n\n"));
      }, options.heartbeatMs);
    },
    pull: async (controller) => step(controller).catch(async (error: unknown) => fail(controller, error)),
    cancel() {
      finish();
      options.cancel();
    },
  });
}

const encoder = new TextEncoder();

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

function format({ id, data }: ServerSentEvent): Uint8Array {
  return encode(id === "" ? `data: ${data}\n\n` : `id: ${id}\ndata: ${data}\n\n`);
}
