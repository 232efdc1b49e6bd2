import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeAnswer, textAt, type Api } from "./api.ts";
import { orderDraft } from "./story.ts";

/** The note of a key's order: by it an order can be held against what was asked. */
export function noteOf(key: string): string {
  return `Please ring once, she is shy (${key})`;
}

const WORKERS = 6;
/** A client that was refused waits so long before it tries the same key again. */
const RETRY_MS = 50;
const SETTLE_MS = 30_000;

/** Customers who place orders as fast as they can, each with a key of its own that they repeat until it is acknowledged. */
export class OrderLoad {
  readonly productId: string;
  /** When it was made: none of its orders is older. */
  readonly since = new Date();
  /** Key -> id of the order; undefined as long as it was not acknowledged. */
  readonly orders = new Map<string, string | undefined>();
  /** Why attempts failed, and how many did: `503 /problems/common/unavailable`, or what fetch said. */
  readonly failures = new Map<string, number>();
  #loading = false;
  #workers: Promise<void>[] = [];

  constructor(productId: string) {
    this.productId = productId;
  }

  /** Keys that were acknowledged, with their orders. */
  get acknowledged(): [key: string, orderId: string][] {
    return [...this.orders].flatMap(([key, orderId]) => (orderId === undefined ? [] : [[key, orderId]]));
  }

  start(customer: Api): void {
    this.#loading = true;
    this.#workers = Array.from({ length: WORKERS }, async () => {
      while (this.#loading) await this.#insist(customer, randomUUID(), () => this.#loading);
    });
  }

  /** Begins nothing more, and resolves when no attempt is under way. Keys may be left unacknowledged. */
  async stop(): Promise<void> {
    this.#loading = false;
    await Promise.all(this.#workers);
  }

  /** Tries again what was not acknowledged until it is, for 30 s at most; the one who looks at `orders` sees what is left. */
  async settle(customer: Api): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    for (const [key, orderId] of this.orders) {
      if (orderId === undefined) await this.#insist(customer, key, () => Date.now() < deadline);
    }
  }

  /** One attempt. @returns whether it was acknowledged. @throws {Error} when a key answers with another order than before. */
  async place(customer: Api, key: string): Promise<boolean> {
    const known = this.orders.get(key);
    this.orders.set(key, known);
    const answer = await customer
      .post("/v1/orders", { ...orderDraft(this.productId), note: noteOf(key) }, { idempotencyKey: key })
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (typeof answer === "string" || answer.status !== 201) {
      const why = typeof answer === "string" ? answer : describeAnswer(answer);
      this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
      return false;
    }
    const orderId = textAt(answer.body, "order_id");
    if (known !== undefined && known !== orderId) throw new Error(`key ${key} made ${known} and ${orderId}`);
    this.orders.set(key, orderId);
    return true;
  }

  async #insist(customer: Api, key: string, patient: () => boolean): Promise<void> {
    while (!(await this.place(customer, key)) && patient()) await sleep(RETRY_MS);
  }
}
