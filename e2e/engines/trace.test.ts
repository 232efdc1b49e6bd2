// One order is one trace, from the gateway over the bus to everybody who consumes its event; Jaeger and ClickHouse tell it.
import { randomBytes, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { engine } from "@animal-delivery/platform/testing/engines";
import { at, listAt, type Json } from "../src/api.ts";
import { spansOf, type StoredSpan } from "../src/jaeger.ts";
import { as } from "../src/people.ts";
import { eventually, expectStatus, givenProduct, orderDraft } from "../src/story.ts";

const target = inject("target");
const traceId = randomBytes(16).toString("hex");
const WAIT = { timeout: 60_000, interval: 500 };
const CREATE = "orders.v1.OrderService/CreateOrder";

/** Every span of the order's trace that must be there, with its parent. `orders` runs the relay. */
const EXPECTED: readonly { service: string; name: string; parent: [service: string, name: string] | "caller" }[] = [
  { service: "api-gateway", name: "POST /v1/orders", parent: "caller" },
  { service: "api-gateway", name: CREATE, parent: ["api-gateway", "POST /v1/orders"] },
  { service: "orders", name: CREATE, parent: ["api-gateway", CREATE] },
  { service: "orders", name: "claim_idempotency_key", parent: ["orders", CREATE] },
  { service: "orders", name: "take_stock", parent: ["orders", CREATE] },
  { service: "orders", name: "insert_order", parent: ["orders", CREATE] },
  { service: "orders", name: "append_outbox_record", parent: ["orders", CREATE] },
  { service: "orders", name: "outbox orders.events", parent: ["orders", CREATE] },
  { service: "orders", name: "send orders.events", parent: ["orders", "outbox orders.events"] },
  { service: "delivery", name: "process orders.events", parent: ["orders", "send orders.events"] },
  { service: "logging", name: "store orders.events", parent: ["orders", "send orders.events"] },
];

let spans: readonly StoredSpan[] = [];

beforeAll(async () => {
  const [customer, admin] = await Promise.all([as(target, "customer"), as(target, "admin")]);
  const productId = await givenProduct(admin);
  const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01` };
  const placed = await customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: randomUUID(), headers });
  expectStatus(placed, 201);
});

describe("the trace of one order", () => {
  it("comes to Jaeger whole", async () => {
    const missing = async (): Promise<string[]> => {
      spans = await spansOf(engine("JAEGER_URL"), traceId);
      return EXPECTED.filter(({ service, name }) => !spanOf(service, name)).map(
        (span) => `${span.service} ${span.name}`,
      );
    };

    await expect.poll(missing, WAIT).toEqual([]);
  });

  it.each(EXPECTED)("has $service's span $name where it belongs", ({ service, name, parent }) => {
    const parentId = spanOf(service, name)?.parentId;

    if (parent === "caller") expect(spans.map(({ spanId }) => spanId)).not.toContain(parentId);
    else expect(parentId).toBe(spanOf(...parent)?.spanId);
  });

  it("says what each span is of, by OpenTelemetry's conventions", () => {
    expect(spanOf("api-gateway", "POST /v1/orders")).toMatchObject({
      tags: { "span.kind": "server", "http.route": "/v1/orders", "http.response.status_code": 201 },
      resource: { "service.version": expect.any(String), "service.instance.id": expect.any(String) },
    });
    expect(spanOf("orders", CREATE)?.tags).toMatchObject({ "rpc.method": CREATE, "rpc.response.status_code": "OK" });
    expect(spanOf("orders", "insert_order")?.tags).toMatchObject({
      "span.kind": "client",
      "db.system.name": "postgresql",
      "db.query.summary": "insert_order",
    });
    const system = spanOf("orders", "send orders.events")?.tags["messaging.system.name"];
    expect(["kafka", "log_bus"]).toContain(system);
    expect(spanOf("delivery", "process orders.events")?.tags).toMatchObject({
      "span.kind": "consumer",
      "messaging.system.name": system,
      "messaging.destination.name": "orders.events",
      "messaging.consumer.group.name": "delivery",
    });
  });

  it("went through the collector with nothing to redact", () => {
    expect(spans.flatMap(({ tags }) => Object.keys(tags)).filter((key) => key.startsWith("redaction."))).toEqual([]);
    expect(JSON.stringify(spans)).not.toMatch(/Anna|Gartenweg|4915112345678/);
  });

  it("has log lines of every service in ClickHouse", async () => {
    const admin = await as(target, "admin");
    const lines = () => admin.get(`/v1/logs?trace_id=${traceId}&page_size=100`);
    const servicesOf = (body: Json) => new Set(listAt(body, "logs").map((line) => at(line, "service")));

    const body = await eventually(lines, (answer) => servicesOf(answer).size >= 3);

    expect([...servicesOf(body)]).toEqual(expect.arrayContaining(["api-gateway", "orders", "logging"]));
    const spanIds = new Set(spans.map(({ spanId }) => spanId));
    for (const line of listAt(body, "logs")) expect(spanIds).toContain(at(line, "span_id"));
  });

  it("is counted in the metrics of spans", async () => {
    const counted = (service: string, name: string) => async () =>
      (await spanMetrics()).some(
        (line) =>
          line.startsWith("traces_span_metrics_calls_total{") &&
          line.includes(`service_name="${service}"`) &&
          line.includes(`span_name="${name}"`),
      );

    for (const { service, name } of EXPECTED) await expect.poll(counted(service, name), WAIT).toBe(true);
  });

  it("is named by the exemplars of the metrics of spans while it is fresh", async () => {
    const customer = await as(target, "customer");
    const exemplars = async () => {
      expectStatus(await customer.get("/v1/orders"), 200);
      return (await spanMetrics()).filter(
        (line) =>
          line.startsWith("traces_span_metrics_duration_seconds_bucket{") &&
          line.includes('span_name="GET /v1/orders"') &&
          /# \{.*trace_id="[0-9a-f]{32}"/.test(line),
      );
    };

    await expect.poll(async () => (await exemplars()).length, WAIT).toBeGreaterThan(0);
  });
});

/** The lines of the collector's metrics, with exemplars. */
async function spanMetrics(): Promise<string[]> {
  const headers = { accept: "application/openmetrics-text; version=1.0.0" };
  return (await (await fetch(engine("OTELCOL_METRICS_URL"), { headers })).text()).split("\n");
}

function spanOf(service: string, name: string): StoredSpan | undefined {
  return spans.find((span) => span.service === service && span.name === name);
}
