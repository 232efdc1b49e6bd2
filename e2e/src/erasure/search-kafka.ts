import { randomUUID } from "node:crypto";
import { openKafkajsBus } from "@animal-delivery/platform/kafka/open-kafkajs-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { Finder } from "./marks.ts";
import { note, type Findings } from "./stores.ts";

const POLL_MS = 250;
const READ_MS_MAX = 180_000;

/**
 * Searches every record that the brokers (`host:port,host:port`) keep in our topics: its key, headers and value.
 *
 * @throws {Error} when the end was not reached within three minutes.
 */
export async function searchKafka(brokers: string, find: Finder): Promise<Findings> {
  const findings: Findings = {};
  const topics = TOPICS.map(({ topic }) => topic);
  const group = `search-${randomUUID()}`;
  const options = { client: "kafkajs", brokers: brokers.split(","), clientId: "search", replication: 1 } as const;
  await using bus = await openKafkajsBus(options, testTelemetry());
  const reading = new AbortController();
  const consumed = bus.consume(
    {
      group,
      topics,
      batchRecordsMax: 1_000,
      handle: async ({ topic, records, ...batch }) => {
        for (const { key, headers, value } of records) {
          const text = `${key}\n${JSON.stringify(headers)}\n${Buffer.from(value).toString("latin1")}`;
          note(findings, `kafka ${topic}`, find, text);
        }
        const last = records.at(-1);
        if (last) await batch.commit(last.offset);
      },
    },
    reading.signal,
  );
  try {
    const deadline = Date.now() + READ_MS_MAX;
    while ((await bus.lag(group, topics)).some(({ records }) => records > 0n)) {
      if (Date.now() > deadline) throw new Error(`topics not read to their ends after ${READ_MS_MAX / 1_000} s`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    reading.abort();
    await consumed;
  }
  return findings;
}
