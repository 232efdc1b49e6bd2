import type { IncomingMessage } from "node:http";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { SubscribeMessagesResponseSchema } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Message } from "../../domain/message.ts";
import type { Caller, Who } from "./caller.ts";
import { messageOf } from "./from-wire.ts";
import { type Problem, refusalOf } from "./refusal-of.ts";

export interface Following {
  readonly who: Who;
  readonly chatId: string;
  /** Whoever knows no token of it begins with the oldest message, and passes over what came before. */
  readonly after: number;
  readonly limit: number;
  /** The sequence number of a message that is there, or that a later one has pushed out. */
  readonly last: number;
}

/** Follows chats by server-sent events, and goes on by the ids of those it was told before. */
export class Follower {
  readonly #caller: Caller;
  readonly #tokens = new Map<string, string>();

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** @throws {Error} for a gap that the stream does not tell, and for what was told before. */
  async read({ who, chatId, after, limit, last }: Following): Promise<Message[]> {
    const lastEventId = this.#tokens.get(`${chatId} ${after}`);
    let next = lastEventId === undefined ? undefined : after + 1;
    const answer = await this.#caller.open(who, "GET", `/v1/chats/${chatId}/messages:subscribe`, { lastEventId });
    const messages: Message[] = [];
    // Leaving the loop early destroys the answer, and so leaves the stream.
    for await (const event of eventsIn(answer)) {
      const told = toldBy(event);
      if (next !== undefined && told.first !== next) throw new Error(`after ${next - 1} comes ${told.first}`);
      next = told.last + 1;
      this.#tokens.set(`${chatId} ${told.last}`, event.id ?? "");
      if (told.message && told.last > after) messages.push(told.message);
      if (told.last >= last || messages.length >= limit) break;
    }
    return messages;
  }
}

/** A message, or none where some were skipped; and the sequence numbers that are told of. */
interface Told {
  readonly first: number;
  readonly last: number;
  readonly message?: Message;
}

function toldBy({ id, event, data }: EventSourceMessage): Told {
  if (event === "problem") throw refusalOf(JSON.parse(data) as Problem);
  const told = fromJson(SubscribeMessagesResponseSchema, JSON.parse(data) as JsonValue);
  if (id !== told.resumeToken) throw new Error(`the id of an event is ${id}, its token ${told.resumeToken}`);
  if (told.event.case === "message") {
    const message = messageOf(told.event.value);
    return { first: message.sequence, last: message.sequence, message };
  }
  if (told.event.case === "skipped") {
    return { first: Number(told.event.value.firstSequence), last: Number(told.event.value.lastSequence) };
  }
  throw new Error(`an event tells nothing: ${data}`);
}

async function* eventsIn(answer: IncomingMessage): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for await (const chunk of answer.setEncoding("utf8") as AsyncIterable<string>) {
    parser.feed(chunk);
    yield* events.splice(0);
  }
}
