import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { OrderDeliveredSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import { relayOutbox, type RelayOptions } from "@animal-delivery/platform/outbox/relay";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { spanTelemetry, type SpanTelemetry } from "@animal-delivery/platform/testing/spans";

/** How often and how long tests look for what must come. */
export const WAIT = { timeout: 10_000, interval: 10 };

const PACE = {
  pollMs: 50,
  standbyMs: 50,
  backoff: { firstMs: 10, maxMs: 50 },
  laneBackoff: { firstMs: 10, maxMs: 50 },
};

/** What a test has: an empty outbox in the file's database, and the relays it starts. */
export class RelayFixture implements AsyncDisposable {
  readonly db: TestDatabase;
  readonly telemetry: SpanTelemetry = spanTelemetry();
  /** What the bus took, in order; the bus itself is a list. */
  readonly published: BusRecord[] = [];
  readonly #open = new AsyncDisposableStack();

  private constructor(db: TestDatabase) {
    this.db = db;
  }

  static async on(db: TestDatabase): Promise<RelayFixture> {
    await db.query("empty", "delete from outbox");
    return new RelayFixture(db);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open.disposeAsync();
  }

  startRelay(options: Partial<RelayOptions> = {}) {
    const bus = busOf((records) => {
      this.published.push(...records);
      return Promise.resolve(allOf(records));
    });
    const stop = new AbortController();
    const running = relayOutbox({ db: this.db, bus, telemetry: this.telemetry, ...PACE, ...options }).run(stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await running;
    };
    this.#open.defer(end);
    return { stop: end };
  }

  /** How many events wait to be sent. */
  async unsent(): Promise<number> {
    const { rows } = await this.db.query<{ n: number }>(
      "unsent",
      "select count(*)::int as n from outbox where sent_at is null and parked_at is null",
    );
    return rows[0]!.n;
  }

  async leads(): Promise<boolean> {
    return (await this.metric("outbox_relay_leader")) === 1;
  }

  async metric(name: string): Promise<number> {
    const found = await this.telemetry.meters.registry.getSingleMetric(name)!.get();
    return found.values.reduce((sum, { value }) => sum + value, 0);
  }

  /** Kills the connection that holds the relay's lock. */
  async killSession(): Promise<void> {
    await this.db.query(
      "kill_relay",
      `select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and granted
          and database = (select oid from pg_database where datname = current_database())`,
    );
  }
}

/** A bus of which the relay sees only `publish`. */
export function busOf(publish: (records: readonly BusRecord[]) => Promise<ReadonlySet<number>>): Bus {
  return {
    system: "log_bus",
    recordBytesMax: 1_000_000,
    publish: (_, records) => publish(records),
    ensureTopics: () => Promise.resolve([]),
    consume: () => Promise.resolve(),
    lag: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export function allOf(records: readonly BusRecord[]): ReadonlySet<number> {
  return new Set(records.keys());
}

export function placed(tx: Transaction, orderId: string, version: bigint, topic = "orders.events"): Promise<void> {
  return appendEvent(tx, {
    topic,
    aggregateId: orderId,
    aggregateVersion: version,
    schema: OrderDeliveredSchema,
    message: { orderId },
  });
}
