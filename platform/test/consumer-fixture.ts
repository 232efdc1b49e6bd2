import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema, type EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  OrderDeletedSchema,
  OrderDeliveredSchema,
  OrderTransitStartedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { consumeEvents, type ConsumeEventsOptions } from "@animal-delivery/platform/inbox/consume-events";
import { on } from "@animal-delivery/platform/inbox/event-handler";
import { listParkedAggregates } from "@animal-delivery/platform/inbox/parked-store";
import { replayParked } from "@animal-delivery/platform/inbox/replay-parked";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { spanTelemetry, type SpanTelemetry } from "@animal-delivery/platform/testing/spans";

/** How often and how long tests look for what must come. */
export const WAIT = { timeout: 20_000, interval: 10 };

const RETRY = { attempts: 3, firstMs: 5, maxMs: 20, attemptTimeoutMs: 5_000 };

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

/** A database for consumers, with the table that their effects go to. */
export async function consumerDatabase(): Promise<TestDatabase> {
  const db = await testDatabase({ migrations: [] });
  await db.query(
    "create",
    "create table effects (place bigint generated always as identity, consumer text, fact text)",
  );
  return db;
}

/** What a test has: its own topic and consumer on the file's database and bus. */
export class ConsumerFixture implements AsyncDisposable {
  readonly db: TestDatabase;
  readonly bus: TestBus;
  readonly topic = `orders.events-${randomUUID()}`;
  readonly consumer = `consumer-${randomUUID()}`;
  readonly telemetry: SpanTelemetry = spanTelemetry();
  /** Orders whose events fail. */
  readonly poison = new Set<string>();
  /** Ends with the test. */
  readonly open = new AsyncDisposableStack();

  private constructor(db: TestDatabase, bus: TestBus) {
    this.db = db;
    this.bus = bus;
  }

  static async on(db: TestDatabase, bus: TestBus): Promise<ConsumerFixture> {
    const fixture = new ConsumerFixture(db, bus);
    await bus.ensureTopics([fixture.givenTopic()]);
    return fixture;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.open.disposeAsync();
  }

  #resources() {
    return { db: this.db, bus: this.bus, telemetry: this.telemetry };
  }

  givenTopic() {
    return { topic: this.topic, partitions: 4, retentionMs: 3_600_000 };
  }

  #applying() {
    return on(OrderDeliveredSchema, async (tx: Transaction, message, envelope) => {
      await this.record(tx, `${message.orderId} ${envelope.aggregateVersion}`);
      if (this.poison.has(message.orderId)) throw new Error("poisoned");
    });
  }

  startConsumer(options: Partial<ConsumeEventsOptions> = {}): void {
    const handlers = [...this.handlers(), on(OrderTransitStartedSchema, () => Promise.resolve())];
    this.#run(
      consumeEvents({
        ...this.#resources(),
        consumer: this.consumer,
        topics: [this.topic],
        handlers,
        retry: RETRY,
        ...options,
      }),
    );
  }

  /** What the consumer itself has, as operators replay it. */
  handlers() {
    return [this.#applying()];
  }

  async replay(): Promise<{ applied: number; failed: number }> {
    const { consumer, telemetry } = this;
    const aggregates = await listParkedAggregates(this.db, consumer);
    const options = { consumer, handlers: this.handlers(), telemetry, aggregates };
    const { applied, failures } = await replayParked(this.db, options);
    return { applied, failed: failures.length };
  }

  startRelay(): void {
    this.#run(relayOutbox({ ...this.#resources(), pollMs: 20 }));
  }

  collectDeadLetters(): BusRecord[] {
    const letters: BusRecord[] = [];
    this.#run({
      run: (stop) =>
        this.bus.consume(
          {
            group: `dlq-${randomUUID()}`,
            topics: ["dlq"],
            batchRecordsMax: 10,
            handle: async (batch) => {
              letters.push(...batch.records);
              await batch.commit(batch.records.at(-1)!.offset);
            },
          },
          stop,
        ),
    });
    return letters;
  }

  #run(task: { run(stop: AbortSignal): Promise<void> }): void {
    const stop = new AbortController();
    const running = task.run(stop.signal);
    this.open.defer(async () => {
      stop.abort();
      await running;
    });
  }

  async publish(...records: BusRecord[]): Promise<void> {
    await this.bus.publish(this.topic, records);
  }

  async record(tx: Transaction, fact: string): Promise<void> {
    await tx.query("record_effect", "insert into effects (consumer, fact) values ($1, $2)", [this.consumer, fact]);
  }

  async effects(): Promise<string[]> {
    const { rows } = await this.db.query<{ fact: string }>(
      "effects",
      "select fact from effects where consumer = $1 order by place",
      [this.consumer],
    );
    return rows.map(({ fact }) => fact);
  }

  async parked(): Promise<unknown[]> {
    const { rows } = await this.db.query(
      "parked",
      `select aggregate_id, aggregate_version as version, cause from inbox_parked
        where consumer = $1 order by aggregate_id, aggregate_version`,
      [this.consumer],
    );
    return rows;
  }

  async outcomes(outcome: string): Promise<number> {
    const { values } = await this.telemetry.meters.registry.getSingleMetric("events_consumed_total")!.get();
    return values.filter(({ labels }) => labels["outcome"] === outcome).reduce((sum, { value }) => sum + value, 0);
  }

  async lag(): Promise<bigint> {
    return (await this.bus.lag(this.consumer, [this.topic])).reduce((sum, { records }) => sum + records, 0n);
  }

  async killConnections(): Promise<void> {
    await this.db.withSession((session) =>
      session.query(
        "kill_all",
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      ),
    );
  }
}

export function event(orderId: string, version: bigint, kind: "delivered" | "other" = "delivered"): BusRecord {
  const eventId = randomUUID();
  const schema = kind === "delivered" ? OrderDeliveredSchema : OrderDeletedSchema;
  return {
    key: orderId,
    value: envelopeBytes({
      eventId,
      aggregateId: orderId,
      aggregateVersion: version,
      type: schema.typeName,
      payload: toBinary(schema, create(schema, { orderId })),
    }),
    headers: { "event-id": eventId, "correlation-id": "corr", traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
  };
}

export function envelopeBytes(facts: Partial<EventEnvelope>): Uint8Array {
  const { $typeName: _, $unknown: __, ...init } = facts;
  const base = { eventId: randomUUID(), type: "orders.v1.OrderDelivered", occurredAt: 1n, correlationId: "corr" };
  return toBinary(EventEnvelopeSchema, create(EventEnvelopeSchema, { ...base, ...init }));
}
