import kafkajs, { type Admin } from "kafkajs";
import type { EngineControl } from "./engine-control.ts";
import type { Random } from "./random.ts";
import type { Stores } from "./stores.ts";
import { until } from "./until.ts";

const WHOLE_MS_MAX = 180_000;

interface Partition {
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** A Kafka cluster whose brokers are `kafka-1`, `kafka-2`, … by node id. */
export class KafkaCluster implements AsyncDisposable {
  readonly #admin: Admin;
  readonly #topic: string;

  private constructor(admin: Admin, topic: string) {
    this.#admin = admin;
    this.#topic = topic;
  }

  static async open({ brokers }: Stores, topic: string): Promise<KafkaCluster> {
    const kafka = new kafkajs.Kafka({
      clientId: "faults",
      brokers: [...brokers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 10 },
    });
    const admin = kafka.admin();
    await admin.connect();
    return new KafkaCluster(admin, topic);
  }

  /** The topic's partitions, as the cluster tells. */
  async partitions(): Promise<Partition[]> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [this.#topic] });
    return (topics[0]?.partitions ?? []).map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader,
      replicas,
      inSync: isr,
    }));
  }

  /** Waits until each partition has a leader and as many copies in sync as it shall have. */
  async whole(replication: number): Promise<void> {
    await until(`each partition has ${replication} copies in sync`, WHOLE_MS_MAX, async () => {
      const partitions = await this.partitions();
      return (
        partitions.length > 0 && partitions.every(({ leader, inSync }) => leader > 0 && inSync.length === replication)
      );
    });
  }

  /** Kills the leader of one partition, waits until another one leads, and brings the broker back. */
  async killLeader(control: EngineControl, random: Random): Promise<void> {
    const { partition, leader } = random.pick(await this.partitions());
    await control("kill", `kafka-${leader}`);
    await this.#leads(partition, (now) => now !== leader);
    await control("start", `kafka-${leader}`);
  }

  /** Takes the partition away from its leader, who steps down, and gives it back as a follower. */
  async moveLeader(random: Random): Promise<void> {
    const { partition, leader, replicas } = random.pick(await this.partitions());
    const others = replicas.filter((replica) => replica !== leader);
    await this.#assign(partition, others);
    await this.#leads(partition, (now) => others.includes(now));
    await this.#assign(partition, [...others, leader]);
  }

  /**
   * Leaves a partition two copies and kills the broker of one: too few are in sync for it to be written to, while the others
   * have enough. Gets everything back at the end.
   */
  async isolate(control: EngineControl, random: Random): Promise<{ readonly partition: number } & AsyncDisposable> {
    const { partition, leader, replicas } = random.pick(await this.partitions());
    const [second = 0, ...others] = replicas.filter((replica) => replica !== leader);
    await this.#assign(partition, [leader, second]);
    await control("kill", `kafka-${second}`);
    return {
      partition,
      [Symbol.asyncDispose]: async () => {
        await control("start", `kafka-${second}`);
        await this.#assign(partition, [leader, second, ...others]);
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#admin.disconnect();
  }

  async #assign(partition: number, replicas: number[]): Promise<void> {
    const partitionAssignment = [{ partition, replicas }];
    await until(`the copies of partition ${partition} are on ${replicas.join(", ")}`, WHOLE_MS_MAX, async () => {
      await this.#admin.alterPartitionReassignments({ topics: [{ topic: this.#topic, partitionAssignment }] });
      return true;
    });
    await until("the move has ended", WHOLE_MS_MAX, async () => {
      const { topics } = await this.#admin.listPartitionReassignments({});
      return topics.length === 0;
    });
  }

  async #leads(partition: number, isRight: (leader: number) => boolean): Promise<void> {
    await until(`partition ${partition} has a new leader`, WHOLE_MS_MAX, async () => {
      const found = (await this.partitions()).find((each) => each.partition === partition);
      return found !== undefined && found.leader > 0 && isRight(found.leader);
    });
  }
}
