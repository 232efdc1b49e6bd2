import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createConfig, lint } from "@redocly/openapi-core";
import { describe, expect, it } from "vitest";

const FILE = fileURLToPath(new URL("../openapi/openapi.json", import.meta.url));

/** What the assertions below look at. */
interface Operation {
  readonly operationId: string;
  readonly tags?: string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: object[];
  readonly parameters?: { name?: string; in?: string; required?: boolean; schema?: object; $ref?: string }[];
  readonly requestBody?: { content: Record<string, { schema: object; example?: object }> };
  readonly responses: Record<string, { $ref?: string; headers?: object; content?: Record<string, object> }>;
  readonly "x-access"?: { roles: Record<string, string[]> };
}

const document = JSON.parse(await readFile(FILE, "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { properties: Record<string, object>; required?: string[] }>;
    responses: Record<string, { content: Record<string, { examples: object }>; headers: object }>;
  };
};
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

describe("openapi.json", () => {
  it("passes Redocly's recommended rules", async () => {
    // Redirects have no 2XX, and nothing a caller does makes a health check answer 4XX.
    const rules = { "operation-2xx-response": "off", "operation-4xx-response": "off" } as const;
    const config = await createConfig({ extends: ["recommended"], rules });

    const problems = await lint({ ref: FILE, config });

    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it("describes every operation, and gives an example of every body and every error", () => {
    const bare = operations.filter(({ tags, summary, requestBody }) => {
      const bodies = Object.values(requestBody?.content ?? {});
      return !tags?.length || !summary || bodies.some(({ example }) => !example);
    });
    const withoutExample = Object.entries(document.components.responses).filter(([, { content }]) => {
      return Object.keys(content["application/problem+json"]?.examples ?? {}).length === 0;
    });

    expect(bare.map((operation) => operation.operationId)).toEqual([]);
    expect(withoutExample.map(([name]) => name)).toEqual([]);
  });

  it("writes names in snake_case, 64-bit integers as strings, and times as date-time", () => {
    const { Money, Order, Position } = {
      Money: document.components.schemas["common.v1.Money"],
      Order: document.components.schemas["orders.v1.Order"],
      Position: document.components.schemas["delivery.v1.Position"],
    };

    expect(Money?.properties["amount_minor"]).toMatchObject({ type: "string", format: "int64" });
    expect(Order?.properties["placed_at"]).toMatchObject({ type: "string", format: "date-time" });
    expect(Position?.required).toEqual(["device_sequence", "device_time"]);
    expect(Position?.properties["latitude"]).toMatchObject({ type: "number", minimum: -90, maximum: 90 });
  });

  it("answers a POST that creates with 201 and Location, and a message without fields with 204", () => {
    expect(operation("OrderService_CreateOrder").responses["201"]?.headers).toHaveProperty("Location");
    expect(operation("OrderService_CreateOrder").responses).not.toHaveProperty("200");
    expect(operation("DeliveryService_ReportPositions").responses).toHaveProperty("200");
    expect(operation("OrderService_DeleteOrder").responses["204"]?.content).toBeUndefined();
  });

  it("answers a POST that may take longer with 201, or with 202 and Location", () => {
    const { responses } = operation("AuthService_SignUp");

    expect(responses["201"]?.headers).not.toHaveProperty("Location");
    expect(responses["202"]?.headers).toHaveProperty("Location");
    expect(responses["202"]?.content).toEqual(responses["201"]?.content);
    expect(responses).not.toHaveProperty("200");
  });

  it("has a custom verb in the path and leaves out of the body what the path says", () => {
    const cancel = document.paths["/v1/orders/{order_id}:cancel"]?.["post"];

    expect(cancel?.parameters?.[0]).toMatchObject({ name: "order_id", in: "path", required: true });
    expect(cancel?.requestBody?.content["application/json"]).toMatchObject({
      schema: { properties: { reason: { minLength: 1, maxLength: 500 } }, required: ["reason"] },
      example: { reason: "We are moving house" },
    });
    expect(cancel?.requestBody?.content["application/json"]?.example).not.toHaveProperty("order_id");
  });

  it("asks of a PATCH only what changes, with the mask in the query and the etag in If-Match", () => {
    const patch = document.paths["/v1/products/{product_id}"]?.["patch"];

    expect(patch?.parameters?.map((parameter) => parameter.name ?? parameter.$ref)).toEqual([
      "product_id",
      "update_mask",
      "#/components/parameters/IdempotencyKey",
      "#/components/parameters/IfMatch",
    ]);
    expect(patch?.requestBody?.content["application/json"]).toMatchObject({
      schema: { $ref: "#/components/schemas/orders.v1.Product.Patch" },
      example: { stock: 7 },
    });
    expect(document.components.schemas["orders.v1.Product.Patch"]).not.toHaveProperty("required");
    expect(Object.keys(patch?.responses ?? {})).toEqual([
      "200",
      "400",
      "401",
      "403",
      "404",
      "409",
      "412",
      "413",
      "415",
      "422",
      "429",
      "500",
      "503",
      "504",
    ]);
  });

  it("takes an idempotency key on each write and on no read", () => {
    const key = "#/components/parameters/IdempotencyKey";
    const wrong = Object.values(document.paths).flatMap((item) => {
      return Object.entries(item).filter(([verb, { parameters = [], "x-access": access }]) => {
        return access && parameters.some(({ $ref }) => $ref === key) === (verb === "get");
      });
    });

    expect(wrong.map(([, { operationId }]) => operationId)).toEqual([]);
  });

  it("streams server-sent events that resume with Last-Event-ID", () => {
    const track = operation("DeliveryService_TrackDelivery");

    expect(track.responses["200"]?.content).toHaveProperty("text/event-stream");
    expect(track.parameters).toContainEqual({ $ref: "#/components/parameters/LastEventId" });
  });

  it("says who may call, and lets anybody read the catalogue without signing in", () => {
    expect(operation("ProductService_GetProduct").security).toContainEqual({});
    expect(operation("OrderService_GetOrder")["x-access"]?.roles).toEqual({
      customer: ["customer"],
      dispatcher: ["any"],
      admin: ["any"],
    });
    expect(operation("OrderService_GetOrder").security).toBeUndefined();
  });

  it("leaves out RPCs between services", () => {
    expect(operations.map((each) => each.operationId)).not.toContain("OrderService_DispatchOrder");
  });

  it("leaves out services without a route, and what they alone speak of", () => {
    expect(operations.filter((each) => each.operationId.startsWith("OperationsService_"))).toEqual([]);
    expect(Object.keys(document.components.schemas).filter((name) => name.includes("Parked"))).toEqual([]);
  });
});

function operation(operationId: string): Operation {
  const found = operations.find((each) => each.operationId === operationId);
  if (!found) throw new Error(`no operation ${operationId}`);
  return found;
}
