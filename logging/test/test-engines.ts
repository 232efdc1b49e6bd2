import { inject } from "vitest";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { testBus } from "./test-bus.ts";

/** The engines that a suite runs on. */
export interface TestEngines {
  /** A ClickHouse in which tests may make databases; credentials included. */
  clickhouseUrl(): string;
  /** A bus of its own with every topic. */
  openBus(): Promise<Bus>;
  /** How long a handler of that bus may go without a heartbeat before its partitions go to others. */
  readonly handlerSilenceMs: number;
}

const HANDLER_SILENCE_MS = 3_000;

/** Those that the platform brings along. */
export const embeddedEngines: TestEngines = {
  clickhouseUrl: () => inject("clickhouseUrl"),
  openBus: () => testBus(HANDLER_SILENCE_MS),
  handlerSilenceMs: HANDLER_SILENCE_MS,
};
