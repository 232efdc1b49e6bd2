// A privileged act on its whole way: the transaction that does it, outbox, relay, bus, ClickHouse, ListAudit.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { auditOn } from "@animal-delivery/platform/audit/audit-trail";
import { recordAudit } from "@animal-delivery/platform/audit/record-audit";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { IngestFixture, type RunningLogging, WAIT } from "./ingest-fixture.ts";
import { embeddedEngines } from "./test-engines.ts";

const ACT = {
  actor: "root",
  action: "skip",
  resource: "parked_event",
  resourceId: "event 1",
  reason: "put right by hand",
  before: { state: "parked", consumer: "orders" },
  after: { state: "skipped" },
};

let at: IngestFixture;
let db: TestDatabase;
let running: RunningLogging;

beforeEach(async () => {
  at = await IngestFixture.on(embeddedEngines);
  db = await testDatabase({ migrations: [] });
  running = at.start();
});
afterEach(async () => {
  await running[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

describe("a privileged act", () => {
  it("is in the audit when it was committed, and only then", async () => {
    const stop = new AbortController();
    const relay = relayOutbox({ db, bus: at.bus, telemetry: testTelemetry() }).run(stop.signal);

    await db
      .transaction(async (tx) => {
        await recordAudit(tx, { ...ACT, resourceId: "rolled back" });
        throw new Error("no");
      })
      .catch(() => undefined);
    await db.transaction((tx) => recordAudit(tx, ACT));

    await expect.poll(audited, WAIT).toMatchObject([ACT]);
    stop.abort();
    await relay;
  });

  it("of a service without a database is there as well", async () => {
    await auditOn(at.bus)({ actor: "root", action: "reload", resource: "policy", resourceId: "logging" });

    await expect
      .poll(audited, WAIT)
      .toMatchObject([{ actor: "root", action: "reload", resourceId: "logging", reason: "", before: {}, after: {} }]);
  });
});

async function audited() {
  const grant = userGrant({ subject: "root", roles: ["admin"], relations: ["any"] });
  const client = inMemoryClient(LogService, (router) => running.service.routes(router), { grant });
  return (await client.listAudit({})).entries;
}
