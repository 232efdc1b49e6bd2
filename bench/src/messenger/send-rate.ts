import { startMessengerAlone, type Voice } from "./messenger-process.ts";

/** Calls that are under way at a time. */
const AT_ONCE = 32;

/** Calls a second in each round, of an RPC that does nothing and of SendMessage, in turn on one server. */
export interface SendRates {
  readonly empty: readonly number[];
  readonly send: readonly number[];
}

/** SendMessage to chats in memory, through gRPC over TLS, against gRPC's own health check on the same server. */
export async function measureSending(rounds: number, seconds: number): Promise<SendRates> {
  await using messenger = await startMessengerAlone();
  const voice = await messenger.join();
  const chatIds = await Promise.all(Array.from({ length: AT_ONCE }, () => makeChat(voice)));
  const empty = () => voice.health.check({});
  const send = (lane: number) => voice.messages.sendMessage({ chatId: chatIds[lane] ?? "", text: "x".repeat(100) });
  await rateOf(empty, 1);
  await rateOf(send, 1);
  const rates: { empty: number[]; send: number[] } = { empty: [], send: [] };
  for (let round = 0; round < rounds; round += 1) {
    rates.empty.push(await rateOf(empty, seconds));
    rates.send.push(await rateOf(send, seconds));
  }
  return rates;
}

async function makeChat({ chats }: Voice): Promise<string> {
  return (await chats.createChat({ historySize: 1_000 })).chat?.chatId ?? "";
}

/** Calls a second, `AT_ONCE` under way all the time. */
export async function rateOf(call: (lane: number) => Promise<unknown>, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let calls = 0;
  const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
    for (; performance.now() < end; calls += 1) await call(lane);
  });
  await Promise.all(lanes);
  return calls / seconds;
}
