import type { Database, Queryable } from "../db/database.ts";
import type { TopicSpec } from "../bus/bus.ts";

interface TopicRow {
  readonly partitions: number;
  readonly retention_ms: string;
  readonly retention_bytes: string | null;
}

/** Makes the topics that are missing; says of each that exists otherwise in what it differs. */
export async function ensureTopics(db: Database, topics: readonly TopicSpec[]): Promise<string[]> {
  return db.transaction(async (tx) => {
    const differences: string[] = [];
    for (const topic of topics) {
      await insertTopic(tx, topic);
      differences.push(...(await differencesOf(tx, topic)));
    }
    return differences;
  });
}

/** The number of partitions; undefined when there is no such topic. */
export async function findPartitions(db: Queryable, topic: string): Promise<number | undefined> {
  const { rows } = await db.query<{ partitions: number }>(
    "find_partitions",
    "select partitions from topics where topic = $1",
    [topic],
  );
  return rows[0]?.partitions;
}

async function insertTopic(
  tx: Queryable,
  { topic, partitions, retentionMs, retentionBytes }: TopicSpec,
): Promise<void> {
  await tx.query(
    "insert_topic",
    `with fresh as (
       insert into topics (topic, partitions, retention_ms, retention_bytes)
       values ($1, $2, $3, $4)
       on conflict do nothing
       returning topic, partitions)
     insert into partitions (topic, partition)
     select topic, generate_series(0, partitions - 1) from fresh`,
    [topic, partitions, retentionMs, retentionBytes ?? null],
  );
}

async function differencesOf(tx: Queryable, spec: TopicSpec): Promise<string[]> {
  const { rows } = await tx.query<TopicRow>(
    "find_topic",
    "select partitions, retention_ms, retention_bytes from topics where topic = $1",
    [spec.topic],
  );
  const wanted = [spec.partitions, spec.retentionMs, spec.retentionBytes ?? "none"].map(String);
  return rows.flatMap((row) => {
    const found = [row.partitions, row.retention_ms, row.retention_bytes ?? "none"].map(String);
    return ["partitions", "retention in ms", "retention in bytes"].flatMap((name, index) =>
      found[index] === wanted[index] ? [] : [`${spec.topic}: ${name} is ${found[index]}, not ${wanted[index]}`],
    );
  });
}
