import { randomUUID } from "node:crypto";
import { textAt, type Api } from "../../../src/api.ts";
import { PASSWORD, signInAs, signUpDraft } from "../../../src/sign-up.ts";
import { expectStatus, givenOrder } from "../../../src/story.ts";
import type { Target } from "../../../src/target.ts";
import type { Stores } from "../stores.ts";
import { until } from "../until.ts";

/** A saga by whom it is about. */
export interface SagaOf {
  readonly kind: string;
  readonly subjectId: string;
}

/** Where a saga stands. */
export interface Standing {
  readonly sagaId: string;
  readonly state: string;
  readonly step: string | null;
  /** How often the command of the moment was sent. */
  readonly attempts: number;
}

export interface Person {
  readonly userId: string;
  readonly email: string;
}

const MADE_MS_MAX = 120_000;
const ENDS = new Set(["completed", "compensated", "abandoned"]);

/** People who come one after the other, each for one saga. */
export class Newcomers {
  /** How the e-mail addresses of all of them begin. */
  readonly prefix = `ordeal.${randomUUID().slice(0, 8)}`;
  #callers: { readonly anybody: Api; readonly admin: Api; readonly target: Target };
  #stores: Stores;
  #count = 0;

  constructor(callers: { readonly anybody: Api; readonly admin: Api; readonly target: Target }, stores: Stores) {
    this.#callers = callers;
    this.#stores = stores;
  }

  /** Somebody who signs up, and what came of it nobody waits for. */
  async signUp(): Promise<SagaOf> {
    return { kind: "sign-up", subjectId: (await this.#begin()).userId };
  }

  /** Somebody who has signed up. */
  async whole(): Promise<Person> {
    const person = await this.#begin();
    const saga = { kind: "sign-up", subjectId: person.userId };
    await until("somebody is a user", MADE_MS_MAX, async () => (await this.find(saga))?.state === "completed");
    return person;
  }

  /** An order of theirs that is under way. */
  async order({ email }: Person, productId: string): Promise<void> {
    const { api } = await signInAs(this.#callers.target, { email, password: PASSWORD });
    await givenOrder(api, productId);
  }

  /** Has somebody deleted; nobody waits for what comes of it. */
  async delete({ userId }: Person): Promise<SagaOf> {
    const saga = { kind: "delete-user", subjectId: userId };
    void this.#callers.admin.delete(`/v1/users/${userId}`).catch(() => undefined);
    await until("the deletion has begun", MADE_MS_MAX, async () => {
      const sql = "select from users where user_id = $1 and deletion_id is not null";
      return (await this.#stores.database("accounts").query(sql, [userId])).rowCount === 1;
    });
    return saga;
  }

  /** Whoever is told to come again, by a provider that is slow, comes with another address. */
  async #begin(): Promise<Person> {
    let person: Person | undefined;
    await until("a sign-up is taken", MADE_MS_MAX, async () => {
      const email = `${this.prefix}.${(this.#count += 1)}@example.com`;
      const answer = await this.#callers.anybody.post("/v1/auth/sign-up", signUpDraft({ email, wait_ms: 0 }));
      person = { email, userId: textAt(expectStatus(answer, 202), "user_id") };
      return true;
    });
    if (!person) throw new Error("nobody was taken");
    return person;
  }

  /** Undefined as long as the orchestrator has not heard of it. */
  async find({ kind, subjectId }: SagaOf): Promise<Standing | undefined> {
    const { rows } = await this.#stores
      .database("sagas")
      .query<Standing>(
        `select saga_id as "sagaId", state, step, attempts from sagas where kind = $1 and subject_id = $2`,
        [kind, subjectId],
      );
    return rows[0];
  }

  /** Waits until a saga stands as it should. */
  async waitFor(saga: SagaOf, what: string, timeoutMs: number, accept: (at: Standing) => boolean): Promise<Standing> {
    let found: Standing | undefined;
    await until(`the saga ${what}`, timeoutMs, async () => {
      found = await this.find(saga);
      return found !== undefined && accept(found);
    });
    if (!found) throw new Error("a saga is gone");
    return found;
  }
}

export function hasEnded({ state }: Standing): boolean {
  return ENDS.has(state);
}
