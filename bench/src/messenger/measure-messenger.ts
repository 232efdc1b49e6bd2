import { median } from "../percentile.ts";
import { measureFanOut, type Audience } from "./fan-out.ts";
import { measureHistory } from "./history-memory.ts";
import { measurePostgres, measureRedis } from "./measure-stores.ts";
import { measureSending } from "./send-rate.ts";
import type { StoreRates } from "./store-rate.ts";

const ROUNDS = 5;
const ROUND_SECONDS = 3;
const FILLING = { chats: 1_000, messages: 1_000, textBytes: 100 };
const AUDIENCES: readonly Audience[] = [
  { followers: 200, messagesPerSecond: 25, seconds: 20 },
  { followers: 1_000, messagesPerSecond: 5, seconds: 20 },
];

/** Measures and prints everything of the messenger: with engines, where they are given. */
export async function measureMessenger(redisUrl: string | undefined, postgresUrl: string | undefined): Promise<void> {
  console.log("\nMessenger alone, store in memory, gRPC over TLS, one process");
  const { empty, send } = await measureSending(ROUNDS, ROUND_SECONDS);
  tellRatio("SendMessage of an empty RPC", send, empty, "calls/s");

  const bytes = await measureHistory(FILLING);
  console.log(
    `  ${FILLING.chats} chats of ${FILLING.messages} messages of ${FILLING.textBytes} bytes: ` +
      `${bytes.toFixed(0)} bytes a message besides the text`,
  );

  for (const audience of AUDIENCES) {
    const { ours, bare } = await measureFanOut(audience);
    console.log(
      `  ${audience.followers} followers, ${audience.messagesPerSecond} messages/s for ${audience.seconds} s and a reader who stalls: ` +
        `p95 ${ours.p95Ms.toFixed(1)} ms, of a bare stream ${bare.p95Ms.toFixed(1)} ms, ratio ` +
        `${(ours.p95Ms / bare.p95Ms).toFixed(2)}; ${ours.told} told, ${ours.wrong} followers told wrongly`,
    );
  }

  if (redisUrl !== undefined) tellStore("Redis", "INCR", await measureRedis(redisUrl, ROUNDS, ROUND_SECONDS));
  if (postgresUrl !== undefined) {
    tellStore("PostgreSQL", "INSERT", await measurePostgres(postgresUrl, ROUNDS, ROUND_SECONDS));
  }
}

function tellStore(engine: string, unit: string, { toMany, toOne, least }: StoreRates): void {
  console.log(`\nMessages to the store in ${engine}, 32 at a time, against one ${unit} on the same engine`);
  tellRatio("to 32 chats", toMany, least, "messages/s");
  tellRatio("to one chat", toOne, least, "messages/s");
}

function tellRatio(name: string, ours: readonly number[], control: readonly number[], unit: string): void {
  const rounds = ours.map((value, round) => (value / (control[round] ?? Number.NaN)) * 100);
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)].map((value) => value.toFixed(0));
  console.log(
    `  ${name.padEnd(30)} ${median(ours).toFixed(0)} of ${median(control).toFixed(0)} ${unit}: ` +
      `${median(rounds).toFixed(0)} % (${least} to ${most})`,
  );
}
