import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../percentile.ts";
import { startBareMessenger, startMessengerAlone, type MessengerProcess, type Voice } from "./messenger-process.ts";

/** How many follow one chat, and how often somebody writes to it. */
export interface Audience {
  readonly followers: number;
  readonly messagesPerSecond: number;
  readonly seconds: number;
}

/** What came of it. */
export interface FanOut {
  /** From the call of SendMessage to the message at a follower, of all followers and messages, in ms. */
  readonly p95Ms: number;
  readonly told: number;
  /** Followers who missed a message, or got one twice or out of order. */
  readonly wrong: number;
}

/** Followers on one connection. */
const FOLLOWERS_PER_CONNECTION = 100;

/** The messenger beside the bare server, one after the other; one reader more opens the messenger's stream and never reads. */
export async function measureFanOut(audience: Audience): Promise<{ readonly ours: FanOut; readonly bare: FanOut }> {
  const bare = await run(await startBareMessenger(), audience, false);
  const ours = await run(await startMessengerAlone(), audience, true);
  return { ours, bare };
}

async function run(server: MessengerProcess, audience: Audience, stalls: boolean): Promise<FanOut> {
  await using messenger = server;
  const writer = await messenger.join();
  const chatId = await chatOf(writer);
  const gone = new AbortController();
  const total = audience.messagesPerSecond * audience.seconds;
  const sentAt: number[] = [];
  const delays: number[] = [];
  const connections = await Promise.all(
    Array.from({ length: Math.ceil(audience.followers / FOLLOWERS_PER_CONNECTION) }, () => messenger.join()),
  );
  if (stalls) await openAndNeverRead(await messenger.join(), chatId, gone.signal);
  const following = Array.from({ length: audience.followers }, async (_, index) => {
    const voice = connections[index % connections.length];
    if (!voice) throw new Error("no connection");
    return follow(
      voice,
      chatId,
      total,
      (sequence) => delays.push(performance.now() - (sentAt[sequence] ?? 0)),
      gone.signal,
    );
  });
  await sleep(2_000);
  await write(writer, chatId, audience, sentAt);
  const right = await Promise.all(following);
  gone.abort();
  return { p95Ms: percentile(delays, 0.95), told: delays.length, wrong: right.filter((each) => !each).length };
}

/** Reads every message; whether each came once and in order. */
async function follow(
  { messages }: Voice,
  chatId: string,
  total: number,
  onMessage: (sequence: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  let next = 1;
  for await (const { event } of messages.subscribeMessages({ chatId }, { signal })) {
    if (event.case !== "message" || event.value.sequence !== BigInt(next)) return false;
    onMessage(next);
    next += 1;
    if (next > total) return true;
  }
  return false;
}

async function openAndNeverRead({ messages }: Voice, chatId: string, signal: AbortSignal): Promise<void> {
  const stream = messages.subscribeMessages({ chatId }, { signal })[Symbol.asyncIterator]();
  void stream.next().catch(() => undefined);
  await sleep(100);
}

/** Writes at an even pace, whatever becomes of the messages before. */
async function write({ messages }: Voice, chatId: string, audience: Audience, sentAt: number[]): Promise<void> {
  const startedAt = performance.now();
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < audience.messagesPerSecond * audience.seconds; n += 1) {
    const dueMs = startedAt + (n * 1_000) / audience.messagesPerSecond - performance.now();
    if (dueMs > 0) await sleep(dueMs);
    sentAt[n + 1] = performance.now();
    calls.push(messages.sendMessage({ chatId, text: `message ${n} `.padEnd(100, "x") }));
  }
  await Promise.all(calls);
}

/** The bare server has one chat, whatever it is called. */
async function chatOf({ chats }: Voice): Promise<string> {
  const made = await chats.createChat({ historySize: 10_000 }).catch(() => undefined);
  return made?.chat?.chatId ?? "1c6b147e-3f0e-4f3a-9a52-94f1d3f8a001";
}
