// `KAFKA_BROKERS=... npm run bench:bus`: both Kafka clients through our port, round by round in turn on the same brokers.
import { env } from "node:process";
import type { KafkaOptions } from "@animal-delivery/platform/bus/bus-options";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { createTopic, measureConsume, measurePublish, type Rate } from "./bus-round.ts";
import { median } from "./percentile.ts";

const CLIENTS = ["kafkajs", "platformatic"] as const;
type Client = (typeof CLIENTS)[number];

const ROUNDS = 5;
const SIZES = [1, 100, 500] as const;
const RECORDS: Record<(typeof SIZES)[number], number> = { 1: 500, 100: 10_000, 500: 20_000 };
const CONSUMED = 30_000;

const brokers = env["KAFKA_BROKERS"]?.split(",");
if (!brokers) throw new Error("KAFKA_BROKERS names no brokers");
const optionsFor = (client: Client): KafkaOptions => ({ client, brokers, clientId: "bench", replication: 1 });

async function runRound(client: Client): Promise<Map<string, Rate>> {
  await using bus = await openBus({ kind: "kafka", ...optionsFor(client) }, testTelemetry());
  const topic = await createTopic(bus);
  const rates = new Map<string, Rate>();
  // Connections, metadata and compiled code are not what is measured.
  await measurePublish(bus, topic, 200, 100);
  for (const size of SIZES) {
    rates.set(`publish, ${size} a call`, await measurePublish(bus, topic, RECORDS[size], size));
  }
  const whole = await createTopic(bus);
  await measurePublish(bus, whole, CONSUMED, 500);
  rates.set("consume and commit", await measureConsume(bus, whole, CONSUMED));
  return rates;
}

const rounds: Record<Client, Map<string, Rate>[]> = { kafkajs: [], platformatic: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  for (const client of round % 2 ? CLIENTS.toReversed() : CLIENTS) rounds[client].push(await runRound(client));
}

const valuesOf = (client: Client, part: string, of: keyof Rate): number[] =>
  rounds[client].map((rates) => rates.get(part)?.[of] ?? Number.NaN);

/** Medians of both, and the median of the rounds' own ratios with the least and the most. */
function cellsOf(part: string, of: keyof Rate): string[] {
  const [first, second] = [valuesOf("kafkajs", part, of), valuesOf("platformatic", part, of)];
  const ratios = second.map((value, round) => value / (first[round] ?? Number.NaN));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  return [
    median(first).toFixed(0),
    median(second).toFixed(0),
    `**${median(ratios).toFixed(2)}** (${least} to ${most})`,
  ];
}

console.log("| Through the port, acks=all | kafkajs | platformatic | ratio | kafkajs, µs | platformatic, µs | ratio |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const part of rounds.kafkajs[0]?.keys() ?? []) {
  console.log(`| ${[part, ...cellsOf(part, "recordsPerSecond"), ...cellsOf(part, "cpuPerRecord")].join(" | ")} |`);
}
console.log("\nLeft: records a second. Right: processor time of this process for each record.");
