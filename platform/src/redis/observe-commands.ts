import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { Histogram } from "prom-client";
import { DomainError } from "../errors.ts";
import { currentContext } from "../request-context.ts";
import { errorType } from "../telemetry/error-type.ts";
import type { Telemetry } from "../telemetry/resources.ts";

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
/**
 * How long an answer may take. Redis needs less than a millisecond: who waits longer waits in vain, and a request waits with
 * it. Counting has another way, so it does not wait for a server that waits for a processor; a login has none.
 */
export interface Patience {
  readonly countMs: number;
  readonly answerMs: number;
}

export const PATIENCE: Patience = { countMs: 100, answerMs: 500 };
const COUNTING = new Set(["increment", "decrement"]);

/** Whose commands they are: what its metrics begin with, and how its callers know it. */
export interface Observed {
  readonly metrics: string;
  readonly name: string;
}

const KEY_VALUE_STORE: Observed = { metrics: "redis", name: "key-value store" };

/** Runs a command: measured, traced, and bounded in time. */
export type RunCommand = <T>(operation: string, work: () => Promise<T>) => Promise<T>;

/** @throws {DomainError} (the function it makes) unavailable UNAVAILABLE for whatever goes wrong. */
export function observeCommands(
  { meters, tracer }: Pick<Telemetry, "meters" | "tracer">,
  { countMs, answerMs }: Patience,
  { metrics, name }: Observed = KEY_VALUE_STORE,
): RunCommand {
  const duration = new Histogram({
    name: `${metrics}_operation_duration_seconds`,
    help: `How long an operation of the ${name} took in Redis, as its caller saw it`,
    labelNames: ["operation", "outcome"],
    buckets: SECONDS,
    registers: [meters.registry],
  });
  return async (operation, work) => {
    const end = duration.startTimer({ operation });
    const context = currentContext();
    // Work outside a request, the look for ended sessions for instance, leaves no trace. A key may name a person.
    const attributes = { "db.system.name": "redis", "db.operation.name": operation };
    const span =
      context && tracer.startSpan(`redis ${operation}`, { kind: SpanKind.CLIENT, attributes }, context.trace);
    try {
      const answer = await within(COUNTING.has(operation) ? countMs : answerMs, work());
      end({ outcome: "ok" });
      return answer;
    } catch (cause) {
      end({ outcome: "error" });
      span?.setAttribute("error.type", errorType(cause));
      span?.setStatus({ code: SpanStatusCode.ERROR });
      throw new DomainError("unavailable", "UNAVAILABLE", `the ${name} does not answer`, {}, { cause });
    } finally {
      span?.end();
    }
  };
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`Redis gave no answer within ${ms} ms`));
    // This process may have been the busy one: an answer that lies there to be read is read before the immediate runs.
    const timer = setTimeout(() => setImmediate(giveUp), ms);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
