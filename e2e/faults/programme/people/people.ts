import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { at, describeAnswer, textAt, type Answer, type Api } from "../../../src/api.ts";
import { PASSWORD, signInAs, signUpDraft } from "../../../src/sign-up.ts";
import { givenOrder } from "../../../src/story.ts";
import type { Target } from "../../../src/target.ts";

/** What somebody is going to do: stay, have themselves deleted, or try that while an order of theirs is under way. */
export type Plan = "stays" | "goes" | "is busy";

export interface Person {
  readonly email: string;
  readonly plan: Plan;
  /** Undefined until somebody was told it. */
  userId: string | undefined;
  /** Whether they were told that they are a user. */
  isUser: boolean;
  /** Whether their deletion was begun. */
  isDeleted: boolean;
}

/** How people reach the platform. */
export interface Callers {
  readonly target: Target;
  readonly anybody: Api;
  readonly admin: Api;
  /** Whoever is busy has an order of it. */
  readonly productId: string;
}

/** Sign-ups with one address are counted: who repeats them faster is told to wait for long. */
const RETRY_MS = 1_000;
/** After that somebody gives up, which is a violation. */
const PATIENCE_MS = 180_000;

/** People who come and go, some at a time. Each request has a key of its own and is repeated until it is acknowledged. */
export class People {
  /** How the e-mail addresses of all of them begin. */
  readonly prefix = `sagas.${randomUUID().slice(0, 8)}`;
  readonly all: Person[] = [];
  /** Why attempts failed, and how many did. */
  readonly failures = new Map<string, number>();
  /** Whom nobody answered in the end. */
  readonly lost: string[] = [];
  #callers: Callers;

  constructor(callers: Callers) {
    this.#callers = callers;
  }

  /** @param plans of each who comes. */
  async come(plans: readonly Plan[], atOnce: number, say: (line: string) => void): Promise<void> {
    const waiting = plans.entries();
    const worker = async () => {
      for (const [index, plan] of waiting) {
        await this.#live(index, plan);
        if ((index + 1) % 50 === 0) say(`${index + 1} of ${plans.length} people came`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  async #live(index: number, plan: Plan): Promise<void> {
    const email = `${this.prefix}.${index}@example.com`;
    const person: Person = { email, plan, userId: undefined, isUser: false, isDeleted: false };
    this.all.push(person);
    const draft = signUpDraft({ email, wait_ms: 5_000 });
    const idempotencyKey = randomUUID();
    await this.#insist(`${email} signs up`, () => this.#signUp(person, draft, idempotencyKey));
    if (!person.isUser || plan === "stays") return;
    if (plan === "is busy") await this.#insist(`${email} orders`, () => this.#order(person));
    await this.#insist(`${email} is deleted`, () => this.#delete(person));
  }

  async #signUp(person: Person, draft: ReturnType<typeof signUpDraft>, idempotencyKey: string): Promise<boolean> {
    const { anybody } = this.#callers;
    const answer = await anybody.post("/v1/auth/sign-up", draft, { idempotencyKey });
    const location = answer.headers.get("location");
    const told = answer.status === 202 && location ? await anybody.get(location) : answer;
    // It came to nothing, and says so; or too many attempts did, and nobody waits for as long as they are told to.
    if (told.status === 409 && describeAnswer(told).endsWith("sign-up-failed")) return true;
    if (told.status === 429) return !this.#failed(told);
    if (told.status !== 200 && told.status !== 201) return this.#failed(told);
    person.userId = textAt(told.body, "user_id");
    person.isUser = at(told.body, "state") === "USER_STATE_ACTIVE";
    return person.isUser;
  }

  async #order({ email }: Person): Promise<boolean> {
    const { target, productId } = this.#callers;
    const { api } = await signInAs(target, { email, password: PASSWORD });
    await givenOrder(api, productId);
    return true;
  }

  async #delete(person: Person): Promise<boolean> {
    const answer = await this.#callers.admin.delete(`/v1/users/${person.userId}`);
    // Gone, or going, by an attempt that nobody answered; or busy, as planned.
    const isKnown = answer.status === 200 || answer.status === 404 || answer.status === 409;
    if (!isKnown) return this.#failed(answer);
    person.isDeleted = true;
    return true;
  }

  #failed(answer: Answer): false {
    this.#count(describeAnswer(answer));
    return false;
  }

  #count(why: string): void {
    this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
  }

  async #insist(what: string, attempt: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const isDone = await attempt().catch((error: unknown) => {
        this.#count(error instanceof Error ? error.message : String(error));
        return false;
      });
      if (isDone) return;
      await sleep(RETRY_MS);
    }
    this.lost.push(what);
  }
}
