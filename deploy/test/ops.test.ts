// The operators' tool, with certificates, against a real RPC server over a real Postgres; as a process of its own where that
// matters.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { create, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { OrderDeliveredSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import { on } from "@animal-delivery/platform/inbox/event-handler";
import { insertParked, parkAggregate, rememberEvent } from "@animal-delivery/platform/inbox/inbox-store";
import { operationsService } from "@animal-delivery/platform/operations/operations-service";
import { testCertificates, type TestCertificates } from "@animal-delivery/platform/testing/certificates";
import { compileCache } from "@animal-delivery/platform/testing/compile-cache";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { rpcFixture, type RpcFixture } from "@animal-delivery/platform/testing/rpc-fixture";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "../ops/run.ts";

const MAIN = fileURLToPath(new URL("../ops/main.ts", import.meta.url));

let certificates: TestCertificates;
let db: TestDatabase;
let server: RpcFixture;
const telemetry = testTelemetry("orders");
/** What the handlers did, in order; those of an aggregate in `poison` fail. */
const effects: string[] = [];
const poison = new Set<string>();

beforeAll(async () => {
  certificates = await testCertificates(["orders", "ops"]);
  db = await testDatabase({ migrations: [] });
  const handlers = [
    on(OrderDeliveredSchema, async (_tx, { orderId }, { aggregateVersion }) => {
      if (poison.has(orderId)) throw new Error("poisoned");
      effects.push(`${orderId} ${aggregateVersion}`);
    }),
  ];
  const operations = operationsService({
    name: "orders",
    telemetry,
    access: { reload: () => Promise.resolve() },
    board: { list: () => [{ name: "outbox relay", isRunning: true, restarts: 0 }] },
    audit: auditIn(db),
    events: { db, consumers: [{ consumer: "orders", handlers }] },
  });
  server = await rpcFixture({
    certificates,
    telemetry,
    routes: (router) => void router.service(OperationsService, operations),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const table of ["outbox", "inbox_parked", "inbox_heads"]) await db.query("empty", `truncate ${table}`);
  effects.length = 0;
  poison.clear();
});

describe("npm run ops", { timeout: 120_000 }, () => {
  it("shows what is parked, replays it once the cause is mended, and ends with 1 while it is not", async () => {
    const { order, ids } = await givenParked(2);

    const listed = await opsProcess("dlq", "list", "orders", "--type", OrderDeliveredSchema.typeName);
    expect(listed).toMatchObject({ code: 0, err: "" });
    expect(listed.out).toMatch(
      new RegExp(`^PARKED +WHERE +TYPE .*\\n.* orders .*${order} +${ids[0]}.*poisoned \\(1 behind it\\)\\n`),
    );
    expect(listed.out).toMatch(new RegExp(`${ids[1]} .* waits\\n$`));

    const failed = await opsProcess("dlq", "replay", "orders", "--aggregate", order);
    expect(failed).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^0 events applied, 1 aggregate failed again\n/),
    });

    poison.clear();
    const replayed = await ops("dlq", "replay", "orders", "--type", OrderDeliveredSchema.typeName, "--since", "1h");
    expect(replayed).toEqual({ code: 0, err: "", out: "2 events applied, 0 aggregates failed again\n" });
    expect(effects).toEqual([`${order} 1`, `${order} 2`]);
    expect(await ops("dlq", "list", "orders")).toMatchObject({ code: 0, out: "nothing is parked\n" });
  });

  it("skips an event and says how to go on; one that waits is refused with 1", async () => {
    const { order, ids } = await givenParked(2);
    const skip = (id: string | undefined) => ops("dlq", "skip", "orders", "--event", id ?? "", "--reason", "by hand");

    expect(await skip(ids[1])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^ops: PARKED_EVENT_WAITS: /),
    });
    expect(await skip(ids[0])).toMatchObject({
      code: 0,
      out: `skipped; 1 event of the aggregate still parked: npm run ops -- dlq replay orders --aggregate ${order}\n`,
    });
  });

  it("answers programs with JSON", async () => {
    const { ids } = await givenParked(1);

    const listed = await ops("dlq", "list", "orders", "--json");
    const outbox = await ops("outbox", "orders", "--json");

    expect(JSON.parse(listed.out)).toMatchObject({
      events: [{ eventId: ids[0], cause: "Error: poisoned", first: true }],
    });
    expect(JSON.parse(outbox.out)).toMatchObject({ consumers: [{ consumer: "orders", events: "1", aggregates: "1" }] });
  });

  it("gives what is parked in the outbox back to the relay, or takes it out", async () => {
    const [first, second] = [await givenOutboxRow("a"), await givenOutboxRow("b")];

    expect(await ops("dlq", "list", "orders", "--in", "outbox")).toMatchObject({ out: expect.stringContaining(first) });
    expect(await ops("outbox", "retry", "orders", "--event", first)).toMatchObject({
      code: 0,
      out: "the relay has 1 event back\n",
    });
    expect(await ops("outbox", "skip", "orders", "--event", second, "--reason", "told by hand")).toMatchObject({
      code: 0,
    });
    expect((await ops("outbox", "orders")).out).toMatch(/outbox +parked +0 +0\n/);
  });

  it("shows jobs, changes the log level, has the policy read again", async () => {
    expect((await ops("jobs", "orders")).out).toMatch(/^JOB .*\noutbox relay +running +0 +-\n$/);
    expect((await ops("log-level", "orders", "warn", "--minutes", "1")).out).toMatch(
      /^orders logs from warn on, it was debug; until 20\d\d-/,
    );
    expect(telemetry.log.level()).toBe("warn");
    expect(await ops("policy", "reload", "orders")).toMatchObject({ code: 0, out: "orders: policy read again\n" });
  });

  it("signs in through the gateway for a name and a password", async () => {
    const asked: string[] = [];
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await text(request);
      asked.push(`${request.method} ${request.url} ${body}`);
      const isRight = body.includes("right");
      response.writeHead(isRight ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(isRight ? { access_token: "root.admin" } : { detail: "wrong name or password" }));
    };
    const gateway = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const GATEWAY_URL = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    const env = { GATEWAY_URL, OPS_TOKEN: undefined };

    const right = await opsWith({ ...env, OPS_PASSWORD: "right" }, "jobs", "orders", "--user", "root");
    const wrong = await opsWith({ ...env, OPS_PASSWORD: "wrong" }, "jobs", "orders", "--user", "root");
    gateway.close();

    expect(right).toMatchObject({ code: 0, err: "" });
    expect(wrong).toMatchObject({ code: 1, err: "ops: SIGN_IN_FAILED: wrong name or password\n" });
    expect(asked[0]).toBe('POST /v1/auth/sign-in {"username":"root","password":"right"}');
  });

  it("has its certificate made by the authority of a platform on this machine, and does not make an authority", async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), "ops-"));
    const files = { TLS_CERT_FILE: undefined, TLS_KEY_FILE: undefined, TLS_CA_FILE: undefined };

    const refused = await opsWith({ ...files, DATA_DIR }, "jobs", "orders");
    await cp(certificates.folder, join(DATA_DIR, "certificates"), { recursive: true });
    for (const file of ["ops.pem", "ops.key"]) await rm(join(DATA_DIR, "certificates", file));
    const answered = await opsWith({ ...files, DATA_DIR }, "jobs", "orders");
    await rm(DATA_DIR, { recursive: true });

    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining("no development authority") });
    expect(answered).toMatchObject({ code: 0, err: "" });
  });

  it.each([
    ["a customer", { OPS_TOKEN: "ada.customer" }, 1, /^ops: ACCESS_DENIED: /],
    ["a token that is none", { OPS_TOKEN: "nonsense" }, 1, /^ops: TOKEN_INVALID: /],
    ["nobody", { OPS_TOKEN: undefined }, 2, /^ops: who are you\?/],
    ["a service that is away", { ORDERS_ADDRESS: "https://127.0.0.1:1" }, 3, /^ops: UNAVAILABLE: /],
    ["an address that is no https", { ORDERS_ADDRESS: "http://127.0.0.1:1" }, 78, /ORDERS_ADDRESS/],
  ])("ends well told for %s", async (_, env, code, err) => {
    expect(await opsWith(env, "outbox", "orders")).toMatchObject({ code, out: "", err: expect.stringMatching(err) });
  });

  it.each([
    [[], /what\?/],
    [["dlq", "purge", "orders"], /there is no verb dlq purge/],
    [["dlq", "list"], /needs to know more/],
    [["dlq", "list", "warehouse"], /there is no service warehouse: orders, delivery/],
    [["dlq", "list", "orders", "--reason", "x"], /Unknown option '--reason'/],
    [["dlq", "list", "orders", "--since", "yesterday"], /--since must be a time/],
    [["dlq", "list", "orders", "--limit", "0"], /--limit must be a whole number/],
    [["dlq", "replay", "orders"], /replay what\?/],
    [["dlq", "skip", "orders", "--event", randomUUID()], /--reason is missing/],
    [["log-level", "orders", "loud"], /the level must be one of error, warn, info, debug/],
  ])("refuses %j with 2, and says why", async (args, err) => {
    expect(await ops(...args)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(err) });
  });

  it("tells every verb with --help", async () => {
    const { code, out } = await opsProcess("--help");

    expect(code).toBe(0);
    for (const verb of [
      "outbox",
      "dlq list",
      "dlq replay",
      "dlq skip",
      "jobs",
      "log-level",
      "policy reload",
      "sagas list",
    ]) {
      expect(out).toContain(`  ${verb} `);
    }
  });
});

/** Parks events of one order, as the consumer would: the first has failed, the others wait. */
async function givenParked(count: number): Promise<{ order: string; ids: string[] }> {
  const order = randomUUID();
  const ids = Array.from({ length: count }, () => randomUUID());
  poison.add(order);
  for (const [index, eventId] of ids.entries()) {
    const envelope = create(EventEnvelopeSchema, {
      eventId,
      aggregateId: order,
      aggregateVersion: BigInt(index + 1),
      type: OrderDeliveredSchema.typeName,
      occurredAt: 1n,
      payload: toBinary(OrderDeliveredSchema, create(OrderDeliveredSchema, { orderId: order })),
    });
    const value = toBinary(EventEnvelopeSchema, envelope);
    const record = { key: order, value, headers: {}, offset: BigInt(index), timestamp: new Date() };
    const cause = index === 0 ? "Error: poisoned" : undefined;
    // One transaction each, as in the consumer: what is listed is in the order of their times.
    await db.transaction(async (tx) => {
      await parkAggregate(tx, "orders", order);
      await rememberEvent(tx, "orders", eventId);
      await insertParked(tx, "orders", { envelope, topic: "delivery.events", partition: 0, record }, cause);
    });
  }
  return { order, ids };
}

/** A row that the bus could never take. @returns its event's id. */
async function givenOutboxRow(key: string): Promise<string> {
  const eventId = randomUUID();
  await db.query(
    "given_row",
    `insert into outbox (event_id, topic, key, value, headers, parked_at, cause)
     values ($1, 'orders.events', $2, '', '{}', now(), 'REQUEST_TOO_LARGE')`,
    [eventId, key],
  );
  return eventId;
}

/** Runs the tool in this process, as an administrator. */
function ops(...args: string[]) {
  return opsWith({}, ...args);
}

async function opsWith(env: Record<string, string | undefined>, ...args: string[]) {
  const { code, out = "", err = "" } = await run(args, { ...environment(), ...env });
  return { code, out, err };
}

function environment(): Record<string, string> {
  const { certFile, keyFile, caFile } = certificates.filesOf("ops");
  const files = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CA_FILE: caFile };
  return { OPS_TOKEN: "root.admin", ORDERS_ADDRESS: server.address, ...files };
}

/** The same as a process of its own. */
async function opsProcess(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...compileCache(), ...environment() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (texts.err += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  return { code, ...texts };
}
