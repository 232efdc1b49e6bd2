import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ClientBase } from "pg";
import { currentContext } from "../request-context.ts";
import { errorType } from "../telemetry/error-type.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { QueryResult } from "./database.ts";
import type { DatabaseMetrics } from "./database-metrics.ts";
import { mapError, statementCancelled } from "./map-error.ts";
import type { StatementCanceller } from "./statement-canceller.ts";
import { createStatementNames } from "./statement-names.ts";

/** One statement to run. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

/** Runs one statement on a connection that nobody else uses meanwhile. Errors are pg's own. */
export type RunStatement = <R extends object>(client: ClientBase, statement: Statement) => Promise<QueryResult<R>>;

/** The way every statement goes: prepared, measured, traced, and cancelled when the request's signal aborts. */
export function createStatementRunner(
  database: string,
  { telemetry, metrics, canceller }: { telemetry: Telemetry; metrics: DatabaseMetrics; canceller: StatementCanceller },
): RunStatement {
  const nameOf = createStatementNames();

  return async <R extends object>(client: ClientBase, { name, text, values }: Statement): Promise<QueryResult<R>> => {
    const context = currentContext();
    const signal = context?.signal;
    if (signal?.aborted) throw statementCancelled(signal.reason);
    // Work outside a request, a poll for instance, starts no trace of its own.
    const span = context && startSpan(telemetry, database, name, context.trace);
    const startedMs = performance.now();
    let outcome: "ok" | "error" = "error";
    try {
      const prepared = nameOf(name, text);
      const sent = client.query<R>({ ...(prepared && { name: prepared }), text, values: values as unknown[] });
      const { rows, rowCount } = await (signal ? cancellable(sent, signal, client, canceller) : sent);
      outcome = "ok";
      return { rows, rowCount: rowCount ?? 0 };
    } catch (error) {
      span?.setAttribute("error.type", errorType(error));
      span?.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      metrics.statement(name, outcome, (performance.now() - startedMs) / 1000);
      span?.end();
    }
  };
}

/** The outcome of a statement, for callers: as `mapError` says. */
export async function mapped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw mapError(error);
  }
}

/** Lets one statement after the other: pg takes one at a time per connection. */
export function inTurn() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    next<T>(work: () => Promise<T>): Promise<T> {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    /** Resolves when nothing is waiting. */
    done: async (): Promise<void> => {
      await last;
    },
  };
}

async function cancellable<T>(
  sent: Promise<T>,
  signal: AbortSignal,
  client: ClientBase,
  canceller: StatementCanceller,
): Promise<T> {
  let settled = false;
  let cancelling: Promise<void> | undefined;
  const abort = (): void => {
    cancelling = canceller.cancel(processIdOf(client), () => settled);
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await sent;
  } finally {
    settled = true;
    signal.removeEventListener("abort", abort);
    await cancelling;
  }
}

function processIdOf(client: ClientBase): number {
  // Public in pg's documentation, absent from its types.
  return (client as unknown as { processID: number }).processID;
}

function startSpan(
  { tracer }: Telemetry,
  database: string,
  name: string,
  parent: Parameters<typeof tracer.startSpan>[2],
) {
  // The function's name says what the statement does; its text would say the same at length, and its values may be personal.
  const attributes = { "db.system.name": "postgresql", "db.namespace": database, "db.query.summary": name };
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
}
