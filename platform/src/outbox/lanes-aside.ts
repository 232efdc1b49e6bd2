import { backoffMs, type Backoff } from "../backoff.ts";
import { laneName, type Lane } from "./lane.ts";
import type { OutboxRow } from "./outbox-rows.ts";
import type { Published } from "./publish-rows.ts";

interface Aside extends Lane {
  readonly failures: number;
  /** In the time of `performance.now()`. */
  readonly dueAt: number;
}

/** An attempt at a lane that has ended. */
export interface Attempt {
  readonly lane: Lane;
  readonly rows: readonly OutboxRow[];
  /** Undefined when the bus took nothing. */
  readonly published: Published | undefined;
  readonly error?: unknown;
}

/**
 * Lanes that the bus did not answer for. They wait apart from the others, each until it is due; an attempt at one goes on
 * beside the others, and there is never more than one of a lane.
 */
export class LanesAside {
  readonly #backoff: Backoff;
  readonly #lanes = new Map<string, Aside>();
  readonly #underWay = new Map<string, Promise<void>>();
  #ended: Attempt[] = [];

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  get size(): number {
    return this.#lanes.size;
  }

  names(): string[] {
    return [...this.#lanes.keys()];
  }

  has(lane: Lane): boolean {
    return this.#lanes.has(laneName(lane));
  }

  /** @returns how often it has failed by now. */
  put({ topic, lane }: Lane): number {
    const name = laneName({ topic, lane });
    const failures = (this.#lanes.get(name)?.failures ?? 0) + 1;
    this.#lanes.set(name, { topic, lane, failures, dueAt: performance.now() + backoffMs(this.#backoff, failures) });
    return failures;
  }

  release(lane: Lane): void {
    this.#lanes.delete(laneName(lane));
  }

  /** Those whose turn it is. */
  due(): Lane[] {
    const now = performance.now();
    return [...this.#lanes]
      .filter(([name, { dueAt }]) => dueAt <= now && !this.#underWay.has(name))
      .map(([, it]) => it);
  }

  begin(lane: Lane, rows: readonly OutboxRow[], publishing: Promise<Published>): void {
    const name = laneName(lane);
    const attempt = publishing.then(
      (published) => ({ lane, rows, published }),
      (error: unknown) => ({ lane, rows, published: undefined, error }),
    );
    this.#underWay.set(
      name,
      attempt.then((ended) => void this.#ended.push(ended)),
    );
  }

  /** Attempts that have ended since it was asked last; their lanes are still aside. */
  takeEnded(): Attempt[] {
    const ended = this.#ended;
    this.#ended = [];
    for (const { lane } of ended) this.#underWay.delete(laneName(lane));
    return ended;
  }

  /** Resolves when no attempt is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }
}
