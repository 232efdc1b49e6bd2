import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { BusHarness, RemoteMember } from "./bus-contract-fixture.ts";
import { consumeContract } from "./bus-contract-consume.ts";
import { membersContract } from "./bus-contract-members.ts";
import { publishContract } from "./bus-contract-publish.ts";
import { LogBusDatabase } from "./log-bus-database.ts";

let log: LogBusDatabase;

beforeAll(async () => {
  log = await LogBusDatabase.create();
});

afterAll(() => log[Symbol.asyncDispose]());

describe("the log bus, as", () => {
  const harness: BusHarness = {
    open: () => Promise.resolve(openLogBus(log.options, testTelemetry())),
    spawnMember,
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
  membersContract(harness);
});

function spawnMember(group: string, topic: string): RemoteMember {
  const script = fileURLToPath(new URL("log-bus-member.ts", import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(log.options), group, topic], { execArgv: [] });
  const holdsBatch = once(child, "message").then(() => undefined);
  return {
    holdsBatch,
    async commit() {
      child.send("commit");
      const [answer] = (await once(child, "message")) as [{ committed: boolean }];
      return answer.committed;
    },
    signal: (signal) => void child.kill(signal),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}
