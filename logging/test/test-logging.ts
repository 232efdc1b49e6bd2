import type { Client } from "@connectrpc/connect";
import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { LOGGING_DEFAULTS } from "../src/config.ts";
import { createLogging } from "../src/service.ts";
import { type GivenBatch, replayingBus } from "./replaying-bus.ts";
import type { TestEngines } from "./test-engines.ts";
import { type TestStore, testStore } from "./test-store.ts";

/** Logging over a database of its own, with everything stored twice. */
export interface TestLogging extends TestStore {
  readonly client: Client<typeof LogService>;
  /** Who calls from now on; a dispatcher at first. */
  callAs(grant: Grant): void;
  /** Lets the consumers store what these batches hold, each batch twice. */
  store(...batches: GivenBatch[]): Promise<void>;
}

export const DISPATCHER = userGrant({ subject: "dora", roles: ["dispatcher"], relations: ["any"] });

export async function testLogging(engines: TestEngines): Promise<TestLogging> {
  const store = await testStore(engines);
  const { clickhouses: clickhouse } = store;
  let grant = DISPATCHER;
  const serviceOver = (batches: readonly GivenBatch[]) =>
    createLogging(
      { ...LOGGING_DEFAULTS, batchAgeMs: 1 },
      { telemetry: testTelemetry(), bus: replayingBus(batches), clickhouse },
    );
  const service = serviceOver([]);
  return {
    ...store,
    client: inMemoryClient(LogService, (router) => service.routes(router), { grant: () => grant }),
    callAs: (next) => {
      grant = next;
    },
    async store(...batches) {
      const { tasks } = serviceOver(batches);
      await Promise.all(tasks.map((task) => task.run(new AbortController().signal)));
    },
  };
}
