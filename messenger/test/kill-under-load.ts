import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService, type Message } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { createClient, type Client } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { startAlone, type AloneProgram } from "./alone-program.ts";

const WRITERS = 12;
const CALL_MS = 2_000;
const BETWEEN_TRIES_MS = 50;
/** A server is killed once so many messages more were acknowledged. */
const MESSAGES_BETWEEN_KILLS = 200;

/** What was acknowledged, and what is there afterwards. */
export interface Outcome {
  /** Messages whose writers were told that they stand in the chat. */
  readonly acknowledged: readonly Message[];
  /** Every message of the chat, the oldest first. */
  readonly kept: readonly Message[];
  readonly kills: number;
}

/**
 * Writes to one chat by two servers on one store, from sessions without alias, each message again until it is acknowledged, while one of
 * the servers after the other is killed and started again.
 *
 * @param alsoKill what else dies at each kill, and is back when it resolves.
 */
export async function killUnderLoad(
  store: readonly string[],
  kills: number,
  alsoKill: (kill: number) => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const start = () => startAlone({ args: [...store, "--max-chat-size=1000000"] });
  const programs = [await start(), await start()];
  try {
    const clients = await Promise.all(programs.map(clientsOf));
    const chat = await persist(clients, ({ chats }) => chats.createChat({ historySize: 1_000_000 }));
    const chatId = chat.chat?.chatId ?? "";
    const acknowledged: Message[] = [];
    const stop = new AbortController();
    const writing = Array.from({ length: WRITERS }, (_, writer) =>
      write(clients, chatId, writer, acknowledged, stop.signal),
    );
    for (let kill = 0; kill < kills; kill += 1) {
      const enough = acknowledged.length + MESSAGES_BETWEEN_KILLS;
      while (acknowledged.length < enough) await sleep(BETWEEN_TRIES_MS);
      const which = kill % programs.length;
      programs[which]?.signal("SIGKILL");
      await Promise.all([programs[which]?.[Symbol.asyncDispose](), alsoKill(kill)]);
      const again = await start();
      programs[which] = again;
      clients[which] = await clientsOf(again);
    }
    stop.abort();
    await Promise.all(writing);
    return { acknowledged, kept: await readAll(clients, chatId), kills };
  } finally {
    await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  }
}

interface Clients {
  readonly sessions: Client<typeof SessionService>;
  readonly chats: Client<typeof ChatService>;
  readonly messages: Client<typeof MessageService>;
}

/** Who calls; the session of whoever made the chat, until another one is given. */
let reader = "";

async function clientsOf({ grpcPort, caFile }: AloneProgram): Promise<Clients> {
  const transport = createGrpcTransport({
    baseUrl: `https://localhost:${grpcPort}`,
    nodeOptions: { ca: await readFile(caFile) },
    defaultTimeoutMs: CALL_MS,
    interceptors: [
      (next) => (request) => {
        if (!request.header.has("authorization")) request.header.set("authorization", `Session ${reader}`);
        return next(request);
      },
    ],
  });
  const sessions = createClient(SessionService, transport);
  reader ||= (await sessions.createSession({})).sessionId;
  return { sessions, chats: createClient(ChatService, transport), messages: createClient(MessageService, transport) };
}

/** Calls again, by another server each time, until it goes well. */
async function persist<R>(clients: readonly Clients[], call: (by: Clients) => Promise<R>, first = 0): Promise<R> {
  for (let attempt = first; ; attempt += 1) {
    const by = clients[attempt % clients.length];
    const answer = by && (await call(by).catch(() => undefined));
    if (answer) return answer;
    await sleep(BETWEEN_TRIES_MS);
  }
}

async function write(
  clients: readonly Clients[],
  chatId: string,
  writer: number,
  acknowledged: Message[],
  stop: AbortSignal,
): Promise<void> {
  const { sessionId } = await persist(clients, ({ sessions }) => sessions.createSession({}), writer);
  for (let n = 0; !stop.aborted; n += 1) {
    const headers = { authorization: `Session ${sessionId}`, "idempotency-key": randomUUID() };
    const draft = { chatId, text: `${writer}: ${n}` };
    const { message } = await persist(clients, ({ messages }) => messages.sendMessage(draft, { headers }), writer + n);
    if (message) acknowledged.push(message);
  }
}

async function readAll(clients: readonly Clients[], chatId: string): Promise<Message[]> {
  const all: Message[] = [];
  let pageToken = "";
  do {
    const request = { chatId, pageSize: 50, pageToken };
    const page = await persist(clients, ({ messages }) => messages.listMessages(request));
    all.push(...page.messages);
    ({ nextPageToken: pageToken } = page);
  } while (pageToken !== "");
  return all.reverse();
}
