import { Gauge, Histogram } from "prom-client";
import { DomainError } from "../errors.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { RedisClient } from "./connect.ts";

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
/** Redis answers within a millisecond: who waits longer waits in vain, and a request waits with it. */
const ANSWER_MS = 100;

/** Runs a command: measured, and bounded in time. */
export type RunCommand = <T>(operation: string, work: () => Promise<T>) => Promise<T>;

/** @throws {DomainError} (the function it makes) unavailable UNAVAILABLE for whatever goes wrong. */
export function observeCommands({ meters }: Pick<Telemetry, "meters">): RunCommand {
  const duration = new Histogram({
    name: "redis_operation_duration_seconds",
    help: "How long an operation of the key-value store took in Redis, as its caller saw it",
    labelNames: ["operation", "outcome"],
    buckets: SECONDS,
    registers: [meters.registry],
  });
  return async (operation, work) => {
    const end = duration.startTimer({ operation });
    try {
      const answer = await withinTime(work());
      end({ outcome: "ok" });
      return answer;
    } catch (cause) {
      end({ outcome: "error" });
      throw new DomainError("unavailable", "UNAVAILABLE", "the key-value store does not answer", {}, { cause });
    }
  };
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`Redis gave no answer within ${ANSWER_MS} ms`));
    // This process may have been the busy one: an answer that lies there to be read is read before the immediate runs.
    const timer = setTimeout(() => setImmediate(giveUp), ANSWER_MS);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Tells of a lost connection and of its return, once each. @returns how to stop that. */
export function watchConnection(client: RedisClient, { log, meters }: Pick<Telemetry, "log" | "meters">): () => void {
  const isReady = (): boolean => client.status === "ready";
  const gauge: Gauge = new Gauge({
    name: "redis_connected",
    help: "Whether there is a connection to Redis: 1 or 0",
    registers: [meters.registry],
    collect: (): void => gauge.set(isReady() ? 1 : 0),
  });
  let wasReady = isReady();
  const away = (err?: unknown): void => {
    if (wasReady) log.warn("redis is away", { err });
    wasReady = false;
  };
  const back = (): void => {
    if (!wasReady) log.info("redis is back");
    wasReady = true;
  };
  if (!wasReady) log.warn("redis is away, the service starts without it");
  client.on("error", away).on("close", away).on("ready", back);
  return () => void client.off("error", away).off("close", away).off("ready", back);
}
