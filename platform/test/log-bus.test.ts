import { afterAll, beforeAll, describe } from "vitest";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { BusHarness } from "./bus-contract-fixture.ts";
import { consumeContract } from "./bus-contract-consume.ts";
import { handlersContract } from "./bus-contract-handlers.ts";
import { membersContract } from "./bus-contract-members.ts";
import { publishContract } from "./bus-contract-publish.ts";
import { LogBusDatabase } from "./log-bus-database.ts";
import { forkMember } from "./remote-member.ts";

const MEMBER = new URL("log-bus-member.ts", import.meta.url);

let log: LogBusDatabase;

beforeAll(async () => {
  log = await LogBusDatabase.create();
});

afterAll(() => log[Symbol.asyncDispose]());

describe("the log bus, as", () => {
  const harness: BusHarness = {
    open: () => Promise.resolve(openLogBus(log.options, testTelemetry())),
    sessionMs: 1_000,
    spawnMember: (group, topic) => forkMember(MEMBER, JSON.stringify(log.options), group, topic),
    setOffset: async (group, topic, partition, offset) => {
      await log.query("update assignments set next_offset = $4 where group_id = $1 and topic = $2 and partition = $3", [
        group,
        topic,
        partition,
        offset,
      ]);
    },
  };

  publishContract(harness);
  consumeContract(harness);
  handlersContract(harness);
  membersContract(harness);
});
