// Orchestrators that die at the worst moments, and several at once.
import { aborted } from "@animal-delivery/platform/aborted";
import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Sagas, SIGN_UP } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());
afterEach(() => at.endAll());

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 30_000 };

describe("an orchestrator that dies", () => {
  // Each saga has five transactions: its start, and an answer to each of four steps.
  it.each([1, 2, 3, 4, 5])("before its commit number %i loses nothing: another one goes on from there", async (nth) => {
    const death = dieAt(nth, "before");
    const first = at.startOrchestrator({ db: death.db });
    at.startParticipants();
    const { sagaId, subjectId } = await at.begin("sign-up");

    await death.came;
    const { state } = (await at.read(sagaId)) ?? {};
    expect(state === undefined).toBe(nth === 1);
    death.end();
    await first.end();
    at.startOrchestrator();

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
    expect((await at.commandsOf(sagaId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it.each([1, 2, 3, 4, 5])("after its commit number %i, before it tells the bus, repeats nothing", async (nth) => {
    const death = dieAt(nth, "after");
    const first = at.startOrchestrator({ db: death.db });
    at.startParticipants();
    const { sagaId, subjectId } = await at.begin("sign-up");

    await death.came;
    death.end();
    await first.end();
    at.startOrchestrator();

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
    expect((await at.commandsOf(sagaId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it("while a saga waits leaves the deadline to the next one", async () => {
    const first = at.startOrchestrator({ stepTimeoutMs: 1_000 });
    at.startParticipants(["accounts"]);
    const { sagaId, subjectId } = await at.begin("sign-up");
    await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note DOING");
    await first.end();
    const before = await at.read(sagaId);

    at.startOrchestrator({ stepTimeoutMs: 1_000 });
    await expect.poll(async () => (await at.read(sagaId))?.attempts, SOON).toBeGreaterThan(before?.attempts ?? 0);
    at.startParticipants(["notes"]);

    await expect.poll(() => at.stateOf(sagaId), SOON).toBe("COMPLETED");
    expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
  });
});

describe("two orchestrators on one database", () => {
  it("share the sagas: each command has a number of its own, and every effect happens once", async () => {
    at.startOrchestrator();
    at.startOrchestrator();
    at.startParticipants();

    const sagas = await Promise.all(Array.from({ length: 12 }, () => at.begin("sign-up")));

    const ids = sagas.map(({ sagaId }) => sagaId);
    await expect.poll(() => at.ended(ids), SOON).toEqual({ completed: 12 });
    for (const { sagaId, subjectId } of sagas) {
      expect(await at.effectsOf(subjectId)).toEqual(SIGN_UP);
      expect(await gapsOf(sagaId)).toEqual([]);
    }
  });

  it("whose timers race for the same sagas send each command again once", async () => {
    at.startParticipants(["accounts"]);
    const setUp = at.startOrchestrator();
    const sagas = await Promise.all(Array.from({ length: 8 }, () => at.begin("sign-up")));
    for (const { sagaId } of sagas) await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note DOING");
    await setUp.end();

    const timers = Array.from({ length: 3 }, () => at.startOrchestrator({ stepTimeoutMs: 50 }));
    // Nobody answers: all are given up, and their undo is asked for again and again.
    for (const { sagaId } of sagas) await expect.poll(() => at.stepsOf(sagaId), SOON).toContain("welcome-note UNDOING");
    await Promise.all(timers.map(({ end }) => end()));

    for (const { sagaId } of sagas) {
      expect(await gapsOf(sagaId)).toEqual([]);
      const commands = await at.commandsOf(sagaId);
      expect(commands.filter(({ type }) => type === "notes.v1.WriteWelcomeNote")).toHaveLength(10);
      const traces = commands.map(({ headers }) => headers["traceparent"]?.split("-")[1]);
      expect(new Set(traces).size).toBe(1);
      expect(new Set(commands.map(({ correlationId }) => correlationId)).size).toBe(1);
    }
    at.startOrchestrator();
    at.startParticipants(["notes"]);
    const ids = sagas.map(({ sagaId }) => sagaId);
    await expect.poll(() => at.ended(ids), SOON).toEqual({ compensated: 8 });
  });
});

/** The numbers that are missing among a saga's commands, or came twice. */
async function gapsOf(sagaId: string): Promise<number[]> {
  const commands = await at.commandsOf(sagaId);
  return commands.map(({ sequence }) => sequence).filter((sequence, index) => sequence !== index + 1);
}

interface Death {
  /** The first orchestrator's database: whoever comes to the fatal commit stands still there. */
  readonly db: Database;
  /** Resolves when somebody has come there. */
  readonly came: Promise<void>;
  /** Lets them fall: nothing after that moment happens. */
  end(): void;
}

/** The nth transaction that writes a saga dies before its commit, or after it. */
function dieAt(nth: number, when: "before" | "after"): Death {
  const { db } = at;
  const came = Promise.withResolvers<void>();
  const fall = new AbortController();
  let writes = 0;
  const die = async (): Promise<never> => {
    came.resolve();
    await aborted(fall.signal);
    throw new Error("the process is gone");
  };
  const isFatal = (names: ReadonlySet<string>): boolean =>
    (names.has("save_saga") || names.has("insert_saga")) && ++writes === nth;

  return {
    came: came.promise,
    end: () => fall.abort(),
    db: {
      query: (name, text, values) => db.query(name, text, values),
      withSession: (work) => db.withSession(work),
      async transaction(work) {
        const names = new Set<string>();
        let fatal = false;
        const result = await db.transaction(async (tx) => {
          const done = await work(noting(tx, names));
          fatal = isFatal(names);
          if (fatal && when === "before") await die();
          return done;
        });
        if (fatal) await die();
        return result;
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  };
}

function noting(tx: Transaction, names: Set<string>): Transaction {
  return {
    database: tx.database,
    afterCommit: (effect) => tx.afterCommit(effect),
    query(name, text, values) {
      names.add(name);
      return tx.query(name, text, values);
    },
  };
}
