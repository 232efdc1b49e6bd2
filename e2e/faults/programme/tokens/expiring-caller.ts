import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeAnswer, type Answer, type Api } from "../../../src/api.ts";
import { noteOf } from "../../../src/order-load.ts";
import { orderDraft } from "../../../src/story.ts";
import type { Attempt, Lifetime } from "./attempt.ts";
import { postSlowly } from "./post-slowly.ts";

/** What the verifier of tokens forgives. */
const SKEW_MS = 30_000;
/** From so long before the token expires on, it is used. */
const BEFORE_MS = 5_000;
/** So long around the moment from which it is refused, requests follow one another without a pause. */
const DENSE_MS = 1_500;
/** Requests whose body is on its way at that moment: begun before, ended after. */
const SLOW = { requests: 3, beforeMs: 4_000, afterMs: 1_000 };
const PAUSE_MS = 200;

/** Somebody who signed in once, and goes on with the token of that moment, long after it is good for anything. */
export class ExpiringCaller {
  readonly life: Lifetime;
  readonly attempts: Attempt[] = [];
  readonly #api: Api;
  readonly #baseUrl: string;
  readonly #productId: string;

  constructor(api: Api, { baseUrl, productId }: { readonly baseUrl: string; readonly productId: string }) {
    const expiresAt = expiryOf(api.token);
    this.life = { expiresAt, refusedFrom: expiresAt + SKEW_MS };
    this.#api = api;
    this.#baseUrl = baseUrl;
    this.#productId = productId;
  }

  /** Asks for something and writes down what came of it, from shortly before the token expires until `end` aborts. */
  async run(end: AbortSignal): Promise<void> {
    const { expiresAt, refusedFrom } = this.life;
    await Promise.all([
      this.#repeat(expiresAt - BEFORE_MS, end, () => this.#order()),
      this.#repeat(refusedFrom - DENSE_MS, end, () => this.#order()),
      this.#repeat(expiresAt - BEFORE_MS, end, () => this.#read()),
      ...Array.from({ length: SLOW.requests }, () => this.#orderSlowly(end)),
    ]);
  }

  async #repeat(from: number, end: AbortSignal, ask: () => Promise<void>): Promise<void> {
    await pauseUntil(from, end);
    while (!end.aborted) {
      await ask();
      const isDense = Math.abs(Date.now() - this.life.refusedFrom) < DENSE_MS;
      if (!isDense) await sleep(PAUSE_MS);
    }
  }

  async #orderSlowly(end: AbortSignal): Promise<void> {
    await pauseUntil(this.life.refusedFrom - SLOW.beforeMs, end);
    if (end.aborted) return;
    const key = randomUUID();
    const bodyEndsAt = this.life.refusedFrom + SLOW.afterMs;
    const request = { token: this.#api.token, key, body: this.#draft(key), bodyEndsAt };
    await this.#note(postSlowly(`${this.#baseUrl}/v1/orders`, request), key);
  }

  #order(): Promise<void> {
    const key = randomUUID();
    return this.#note(this.#api.post("/v1/orders", this.#draft(key), { idempotencyKey: key }), key);
  }

  #read(): Promise<void> {
    return this.#note(this.#api.get("/v1/orders?page_size=1"));
  }

  #draft(key: string) {
    return { ...orderDraft(this.#productId), note: noteOf(key) };
  }

  async #note(call: Promise<Answer>, key?: string): Promise<void> {
    const beganAt = Date.now();
    const answer = await call.then(describeAnswer, (error: unknown) => String(error));
    this.attempts.push({ beganAt, endedAt: Date.now(), answer, key });
  }
}

/** `exp`, in milliseconds. */
function expiryOf(token: string): number {
  const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as { exp: number };
  return exp * 1_000;
}

async function pauseUntil(time: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, time - Date.now()), undefined, { signal }).catch(() => undefined);
}
