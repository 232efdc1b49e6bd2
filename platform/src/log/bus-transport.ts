import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { Counter } from "prom-client";
import TransportStream from "winston-transport";
import type { Bus } from "../bus/bus.ts";
import type { Meters } from "../telemetry/metrics.ts";

/** The topic that log lines travel on. */
export const LOGS_TOPIC = "logs";

const BATCH_LINES_MAX = 500;
const FLUSH_INTERVAL_MS = 1_000;
const RETRY_DELAY_MS = 1_000;

/** What the transport needs of the bus. */
type Publisher = Pick<Bus, "publish">;

export interface BusTransportOptions {
  /** Whose lines they are; the key of the records. */
  readonly service: string;
  readonly meters: Meters;
  /** How many lines wait at most; beyond it the oldest are dropped and counted. */
  readonly queueLinesMax?: number;
}

/**
 * Carries log lines to the topic `logs` in the background: it never blocks a request, and while the bus is away it drops the
 * oldest lines. The logger comes before the bus, so lines wait until `connect`. Not for the bus client's own logger, nor
 * for the consumer of `logs`: there each line would make another.
 */
export class BusTransport extends TransportStream {
  readonly #key: string;
  readonly #queueLinesMax: number;
  readonly #dropped: Counter;
  readonly #queue: string[] = [];
  #bus: Publisher | undefined;
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Publishing belongs to no request: a request's context, with its deadline, must not reach the bus. */
  readonly #outside = AsyncLocalStorage.snapshot();

  constructor({ service, meters, queueLinesMax = 10_000 }: BusTransportOptions) {
    super();
    this.#key = service;
    this.#queueLinesMax = queueLinesMax;
    this.#dropped = new Counter({
      name: "log_lines_dropped_total",
      help: "Log lines that never reached the bus because the queue was full.",
      registers: [meters.registry],
    });
  }

  /** From now on lines go to this bus; those that waited go first. */
  connect(bus: Publisher): void {
    this.#bus = bus;
    this.#schedule();
  }

  /** Takes one line; `info.message` is the whole line as JSON. */
  override log(info: { message: unknown }, next: () => void): void {
    this.#queue.push(String(info.message));
    this.#dropOldest();
    this.#schedule();
    next();
  }

  /** Publishes what waits, for at most `timeoutMs`, and then no more. Call it before the bus closes. */
  async drain(timeoutMs = 2_000): Promise<void> {
    const timeout = delay(timeoutMs, "timeout", { ref: false });
    while (this.#bus && this.#queue.length > 0) {
      if ((await Promise.race([this.#flush(), timeout])) === "timeout") break;
    }
    await Promise.race([this.#flushing, timeout]);
    clearTimeout(this.#timer);
    this.#bus = undefined;
  }

  #schedule(): void {
    if (!this.#bus || this.#flushing || this.#queue.length === 0) return;
    if (this.#queue.length >= BATCH_LINES_MAX) void this.#flush();
    else this.#timer ??= this.#outside(() => setTimeout(() => void this.#flush(), FLUSH_INTERVAL_MS).unref());
  }

  /** One flush at a time; never rejects. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#outside(() => this.#publishBatch()).finally(() => {
      this.#flushing = undefined;
      this.#schedule();
    });
    return this.#flushing;
  }

  async #publishBatch(): Promise<void> {
    const lines = this.#queue.splice(0, BATCH_LINES_MAX);
    const records = lines.map((line) => ({ key: this.#key, value: Buffer.from(line), headers: {} }));
    try {
      const acknowledged = await this.#bus?.publish(LOGS_TOPIC, records);
      this.#putBack(lines.filter((_, index) => !acknowledged?.has(index)));
    } catch {
      // Nothing is logged here: it would be one more line for the bus that is away. The counter tells of lost lines.
      this.#putBack(lines);
      await delay(RETRY_DELAY_MS, undefined, { ref: false });
    }
  }

  #putBack(lines: readonly string[]): void {
    this.#queue.unshift(...lines);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const excess = this.#queue.length - this.#queueLinesMax;
    if (excess <= 0) return;
    // One by one: shift() only moves the array's start, splice() copies all that stays, for each line of a full queue.
    for (let dropped = 0; dropped < excess; dropped += 1) this.#queue.shift();
    this.#dropped.inc(excess);
  }
}
