import { setTimeout as sleep } from "node:timers/promises";
import { signIn } from "../../../src/people.ts";
import type { FaultCase, Scene } from "../fault-case.ts";
import { unsentOf } from "../settle.ts";
import { underLoad, type Load } from "../under-load.ts";
import { until } from "../until.ts";

const MINUTE_MS = 60_000;

/** The time that something is away; a tenth of it in a short run. */
async function away(scene: Scene, ms: number): Promise<number> {
  const duration = scene.short ? ms / 10 : ms;
  await sleep(duration);
  return duration / 1_000;
}

/** Orders were placed on and on meanwhile: nobody who asks was told of the outage. */
function unaffected(before: number, load: Load, failuresBefore: number): void {
  const failures = [...load.failures.values()].reduce((sum, count) => sum + count, 0) - failuresBefore;
  if (load.acknowledged() <= before) throw new Error("no order was acknowledged while the engine was away");
  if (failures > 0)
    throw new Error(`${failures} requests failed while the engine was away: ${JSON.stringify([...load.failures])}`);
}

export const kafkaAway: FaultCase = {
  name: "kafka-away",
  what: "all brokers stopped for 5 minutes: REST unaffected, the outbox drains after",
  run: (scene) =>
    underLoad(scene, async (load) => {
      const before = load.acknowledged();
      const brokers = scene.stores.brokers.map((_, index) => `kafka-${index + 1}`);
      await Promise.all(brokers.map((broker) => scene.control("kill", broker)));
      const seconds = await away(scene, 5 * MINUTE_MS);
      unaffected(before, load, 0);
      const waiting = await unsentOf("orders", scene.stores);
      await Promise.all(brokers.map((broker) => scene.control("start", broker)));
      await until("the outbox drains", 5 * MINUTE_MS, async () => (await unsentOf("orders", scene.stores)) < 500);
      return { "seconds away": seconds, "waiting at its end": waiting };
    }),
};

export const brokerKilled: FaultCase = {
  name: "broker-kill",
  what: "one broker killed and restarted",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      const broker = `kafka-${scene.random.between(1, scene.stores.brokers.length)}`;
      await scene.control("kill", broker);
      await away(scene, MINUTE_MS / 6);
      await scene.control("start", broker);
      await progress();
      return { kills: 1 };
    }),
};

export const clickhouseAway: FaultCase = {
  name: "clickhouse-away",
  what: "ClickHouse stopped for 2 minutes: REST unaffected, nothing missing after",
  run: (scene) =>
    underLoad(scene, async (load) => {
      const before = load.acknowledged();
      await scene.control("stop", "clickhouse");
      const seconds = await away(scene, 2 * MINUTE_MS);
      unaffected(before, load, 0);
      await scene.control("start", "clickhouse");
      return { "seconds away": seconds };
    }),
};

export const clickhouseKilled: FaultCase = {
  name: "clickhouse-kill",
  what: "ClickHouse killed while rows are inserted, five times",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      const kills = scene.short ? 1 : 5;
      for (let done = 0; done < kills; done += 1) {
        await sleep(scene.random.between(500, 2_000));
        await scene.control("kill", "clickhouse");
        await scene.control("start", "clickhouse");
        await progress();
      }
      return { kills };
    }),
};

export const postgresRestarted: FaultCase = {
  name: "postgres-restart",
  what: "PostgreSQL stopped and started, then killed and started",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      for (const verb of ["stop", "kill"] as const) {
        await scene.control(verb, "postgres");
        await scene.control("start", "postgres");
        await progress();
      }
      return { restarts: 2 };
    }),
};

export const keycloakAway: FaultCase = {
  name: "keycloak-away",
  what: "identity provider stopped: verified tokens go on, new sign-ins are told 503",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      await scene.control("stop", "keycloak");
      await progress();
      const refusal = await signIn(scene.platform.target, "courier").then(
        () => "signed in",
        (error: unknown) => String(error),
      );
      if (!refusal.includes("503")) throw new Error(`a sign-in without a provider was told: ${refusal}`);
      await scene.control("start", "keycloak");
      await until("people can sign in again", MINUTE_MS, async () => {
        await signIn(scene.platform.target, "courier");
        return true;
      });
      return {};
    }),
};
