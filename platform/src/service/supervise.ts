import { setTimeout as sleep } from "node:timers/promises";
import { Counter } from "prom-client";
import type { Telemetry } from "../telemetry/resources.ts";
import type { Task } from "./service.ts";
import { createTaskBoard, type TaskBoard, type TaskState } from "./task-board.ts";

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 30_000;

/** A task that ran this long is healthy again: its next failure starts with a short pause. */
const HEALTHY_MS = 60_000;

/**
 * Runs a task until `stop` aborts. Starts it again when it throws or returns early, with growing pauses, counts that and notes
 * it on the board.
 */
export async function supervise(
  task: Task,
  stop: AbortSignal,
  { log, meters }: Telemetry,
  board: TaskBoard = createTaskBoard(),
): Promise<void> {
  const restarts = restartCounter(meters);
  restarts.inc({ task: task.name }, 0);
  let pauseMs = PAUSE_MS_MIN;
  let state: TaskState = { name: task.name, isRunning: true, restarts: 0 };
  while (!stop.aborted) {
    const startedAt = performance.now();
    board.note((state = { ...state, isRunning: true }));
    const err = await outcomeOf(task, stop);
    if (stop.aborted) break;
    restarts.inc({ task: task.name });
    state = { ...state, restarts: state.restarts + 1, lastFailure: { error: err, at: new Date() } };
    board.note({ ...state, isRunning: false });
    if (performance.now() - startedAt > HEALTHY_MS) pauseMs = PAUSE_MS_MIN;
    log.error("task ended, it will be started again", { task: task.name, pause_ms: pauseMs, err });
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
  }
}

/** What the task ended with; an error of its own when it just returned. */
async function outcomeOf(task: Task, stop: AbortSignal): Promise<unknown> {
  try {
    await task.run(stop);
    return new Error("the task returned before it was told to stop");
  } catch (error) {
    return error;
  }
}

function restartCounter({ registry }: Telemetry["meters"]): Counter<"task"> {
  const name = "task_restarts_total";
  const known = registry.getSingleMetric(name) as Counter<"task"> | undefined;
  const help = "background tasks that failed and were started again";
  return known ?? new Counter({ name, help, labelNames: ["task"] as const, registers: [registry] });
}
