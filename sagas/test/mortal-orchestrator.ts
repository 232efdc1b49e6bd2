// An orchestrator that dies at chosen commits, and comes back each time.
import { aborted } from "@animal-delivery/platform/aborted";
import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { publishing } from "./failing-bus.ts";
import type { Sagas } from "./setup.ts";

/** The state of a step that a transaction writes. */
export interface StepWrite {
  readonly sagaId: string;
  /** The step's place in its saga. */
  readonly position: number;
  readonly state: string;
}

export interface Death {
  readonly when: "before" | "after";
  /** Whether the commit of this write is one at which the orchestrator dies. */
  readonly isFatal: (write: StepWrite) => boolean;
}

export interface Mortal extends AsyncDisposable {
  deaths: number;
}

/** Runs one orchestrator after the other on the same database and bus, until it is disposed of. */
export function startMortal(at: Sagas, death: Death, stepTimeoutMs: number): Mortal {
  const over = new AbortController();
  const mortal = { deaths: 0, [Symbol.asyncDispose]: end };
  const lives = live();
  return mortal;

  async function live(): Promise<void> {
    while (!over.signal.aborted) {
      const fall = new AbortController();
      const bus = publishing(at.bus, async (topic, records) => {
        fall.signal.throwIfAborted();
        return at.bus.publish(topic, records);
      });
      const life = at.startOrchestrator({ db: mortalDatabase(at.db, death, fall), bus, stepTimeoutMs });
      await aborted(AbortSignal.any([fall.signal, over.signal]));
      await life.end();
      if (fall.signal.aborted) mortal.deaths += 1;
    }
  }

  async function end(): Promise<void> {
    over.abort();
    await lives;
  }
}

/** From its death on nothing is written, and what was not committed is not there. */
function mortalDatabase(db: Database, { when, isFatal }: Death, fall: AbortController): Database {
  const alive = (): void => fall.signal.throwIfAborted();
  const die = (): never => {
    fall.abort(new Error("the process is gone"));
    throw fall.signal.reason;
  };
  return {
    async query(name, text, values) {
      alive();
      return db.query(name, text, values);
    },
    withSession: (work) => db.withSession((session, lost) => work(session, AbortSignal.any([lost, fall.signal]))),
    async transaction(work) {
      alive();
      const writes: StepWrite[] = [];
      let fatal = false;
      const result = await db.transaction(async (tx) => {
        const done = await work(noting(tx, writes, alive));
        alive();
        fatal = writes.some((write) => isFatal(write));
        if (fatal && when === "before") die();
        return done;
      });
      if (fatal) die();
      return result;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function noting(tx: Transaction, writes: StepWrite[], alive: () => void): Transaction {
  return {
    database: tx.database,
    afterCommit: (effect) => tx.afterCommit(effect),
    async query(name, text, values = []) {
      alive();
      const [sagaId, position, state] = values;
      if (name === "save_saga_step")
        writes.push({ sagaId: String(sagaId), position: Number(position), state: String(state) });
      return tx.query(name, text, values);
    },
  };
}
