import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FragileStore, fragileStore } from "@animal-delivery/platform/testing/fragile-store";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { type ActiveUsers, createActiveUsers } from "./active-users.ts";

const MINUTE_MS = 60_000;

/** A gateway, as far as it counts users. */
interface Replica extends ActiveUsers {
  readonly telemetry: TestTelemetry;
}

let kv: FragileStore;
let nowMs: number;
let stop: AbortController;
let running: Promise<void>[];
beforeEach(() => {
  kv = fragileStore();
  nowMs = 1_000 * MINUTE_MS;
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await kv[Symbol.asyncDispose]();
});

describe("active users", () => {
  it("are counted once over all gateways, and each tells the same number", async () => {
    const [here, there] = [startReplica(), startReplica()];

    here.seen("ada");
    here.seen("bob");
    there.seen("bob");
    there.seen("cleo");

    await expect.poll(async () => [await told(here), await told(there)]).toEqual([{ platform: 3 }, { platform: 3 }]);
  });

  it("are still there when the gateway that saw them is not", async () => {
    const old = startReplica();
    old.seen("ada");
    await expect.poll(async () => told(old)).toEqual({ platform: 1 });

    const newcomer = startReplica();

    await expect.poll(async () => told(newcomer)).toEqual({ platform: 1 });
  });

  it("count for five minutes, and not for seven", async () => {
    const replica = startReplica();
    replica.seen("ada");
    nowMs += 2 * MINUTE_MS;
    replica.seen("bob");
    await expect.poll(async () => told(replica)).toEqual({ platform: 2 });

    nowMs += 3 * MINUTE_MS;
    const later = startReplica();
    await expect.poll(async () => told(later)).toEqual({ platform: 2 });

    nowMs += 2 * MINUTE_MS;
    await expect.poll(async () => told(later)).toEqual({ platform: 1 });
  });

  it("are this process's own while the store is away, which is said once, and all when it is back", async () => {
    const [here, there] = [startReplica(), startReplica()];
    there.seen("ada");
    await expect.poll(async () => told(here)).toEqual({ platform: 1 });

    kv.setAway(true);
    here.seen("bob");
    await expect.poll(async () => told(here)).toEqual({ process: 1 });
    const refused = kv.refused();
    await expect.poll(() => kv.refused()).toBeGreaterThan(refused + 5);
    kv.setAway(false);

    await expect.poll(async () => told(here)).toEqual({ platform: 2 });
    expect(here.telemetry.lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "active users are counted by this process alone, the shared store is away"],
      ["info", "active users are counted over all gateways again"],
    ]);
  });

  it("are this process's own before anybody was asked", async () => {
    const telemetry = testTelemetry();
    const users = createActiveUsers(kv, telemetry);

    users.seen("ada");

    expect(await told({ telemetry })).toEqual({ process: 1 });
  });
});

function startReplica(): Replica {
  const telemetry = testTelemetry("api-gateway");
  const users = createActiveUsers(kv, telemetry, { now: () => nowMs, intervalMs: 5 });
  running.push(users.task.run(stop.signal));
  return { ...users, telemetry };
}

/** What a scrape would read, by scope. */
async function told({ telemetry }: Pick<Replica, "telemetry">): Promise<Record<string, number>> {
  const { values } = await telemetry.meters.registry.getSingleMetric("active_users")!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels["scope"]), value]));
}
