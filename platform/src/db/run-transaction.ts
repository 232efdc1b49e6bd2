import type { ClientBase } from "pg";
import type { Logger } from "../log/logger.ts";
import { currentContext } from "../request-context.ts";
import type { Database, Transaction } from "./database.ts";
import { isConnectionLost, mapError, statementCancelled } from "./map-error.ts";
import { inTurn, type RunStatement } from "./statement-runner.ts";

/** What came of a transaction, and whether its connection may serve somebody else. */
export interface TransactionEnd<T> {
  readonly broken: boolean;
  /** The result of the work; throws what the work or the database threw. */
  result(): T;
}

interface Resources {
  readonly database: Database;
  readonly run: RunStatement;
  readonly log: Logger;
}

/** Runs `work` between BEGIN and COMMIT on a connection lent for it alone. Never rejects. */
export async function runTransaction<T>(
  client: ClientBase,
  work: (tx: Transaction) => Promise<T>,
  resources: Resources,
): Promise<TransactionEnd<T>> {
  const open = openTransaction(client, resources);
  try {
    await open.control("begin");
    const result = await work(open.tx);
    await open.close();
    await commit(open.control);
    runEffects(open.effects, resources.log);
    return { broken: false, result: () => result };
  } catch (error) {
    await open.close();
    // A connection that cannot even roll back is closed; Postgres rolls back by itself then.
    if (!open.isLost()) await open.control("rollback").catch(() => undefined);
    return {
      broken: open.isLost(),
      result: () => {
        throw error;
      },
    };
  }
}

function openTransaction(client: ClientBase, { database, run }: Resources) {
  const effects: (() => void)[] = [];
  let isOpen = true;
  let isLost = false;
  const noting = async <R>(work: Promise<R>): Promise<R> => {
    try {
      return await work;
    } catch (error) {
      isLost ||= isConnectionLost(error);
      throw mapError(error);
    }
  };
  const turns = inTurn();
  const tx: Transaction = {
    database,
    query: async (name, text, values) => {
      if (!isOpen) throw new Error(`statement ${name} came after the end of its transaction`);
      return turns.next(() => noting(run(client, { name, text, values })));
    },
    afterCommit: (effect) => void effects.push(effect),
  };
  return {
    tx,
    effects,
    /** Runs one of the transaction's own commands and answers its tag. */
    control: async (command: "begin" | "commit" | "rollback") => (await noting(client.query(command))).command,
    close: () => {
      isOpen = false;
      return turns.done();
    },
    isLost: () => isLost,
  };
}

async function commit(control: (command: "commit") => Promise<string>): Promise<void> {
  const signal = currentContext()?.signal;
  if (signal?.aborted) throw statementCancelled(signal.reason);
  // A commit is not cancelled: whether it happened would not be known.
  const tag = await control("commit");
  // Postgres answers COMMIT with ROLLBACK, and no error, when a statement failed and its error was swallowed.
  if (tag !== "COMMIT") throw new Error(`the transaction ended with ${tag}: an error in it was swallowed`);
}

function runEffects(effects: readonly (() => void)[], log: Logger): void {
  for (const effect of effects) {
    try {
      effect();
    } catch (error) {
      log.error("an effect after a commit failed", { error });
    }
  }
}
