import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import {
  CourierService,
  RegisterCourierResponseSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import {
  CreateOrderResponseSchema,
  OrderService,
  OrderStatus,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { GetProductResponseSchema, ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import {
  DeliveryService,
  ReportPositionsResponseSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { AuthService, SignUpResponseSchema } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { echo, json, plainProblem } from "./testing/echo.ts";
import { createTranscoder } from "./transcoder.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
const product = { productId: ID, title: "Kitten", price: { amountMinor: 95_000n, currency: "EUR" }, etag: "7" };

describe("an answer", () => {
  it("is JSON in snake_case with defaults written and int64 as strings", async () => {
    const products = echo(ProductService, () => create(GetProductResponseSchema, { product }));

    const response = await products.send(`/v1/products/${ID}`);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("etag")).toBe('"7"');
    expect(await response.json()).toEqual({
      product_id: ID,
      title: "Kitten",
      price: { amount_minor: "95000", currency: "EUR" },
      stock: 0,
      etag: "7",
    });
  });

  it("is the whole message where the rule names no response body", async () => {
    const orders = echo(OrderService);

    expect(await (await orders.send("/v1/orders")).json()).toEqual({ orders: [], next_page_token: "" });
  });

  it("is 201 with a Location for what was created", async () => {
    const orders = echo(OrderService, () => create(CreateOrderResponseSchema, { order: { orderId: ID } }));
    const couriers = echo(CourierService, () =>
      create(RegisterCourierResponseSchema, { courier: { courierId: "a/b" } }),
    );

    const order = await orders.send("/v1/orders", json("POST", {}));
    const courier = await couriers.send("/v1/couriers", json("POST", {}));

    expect([order.status, order.headers.get("location")]).toEqual([201, `/v1/orders/${ID}`]);
    expect([courier.status, courier.headers.get("location")]).toEqual([201, "/v1/couriers/a%2Fb"]);
  });

  it("is 202 with a Location that tells how it goes on, when the work takes longer", async () => {
    const user = { userId: ID, displayName: "Anna" };
    const pending = echo(AuthService, () => create(SignUpResponseSchema, { user, pendingToken: "a token" }));
    const done = echo(AuthService, () => create(SignUpResponseSchema, { user }));

    const accepted = await pending.send("/v1/auth/sign-up", json("POST", {}));
    const created = await done.send("/v1/auth/sign-up", json("POST", {}));

    expect([accepted.status, accepted.headers.get("location")]).toEqual([202, "/v1/auth/sign-up/a%20token"]);
    expect([created.status, created.headers.get("location")]).toEqual([201, null]);
    const bodies = [await accepted.json(), await created.json()];
    expect(bodies[0]).toMatchObject({ user_id: ID, display_name: "Anna" });
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it("is 200 for a POST that creates nothing", async () => {
    const answer = create(ReportPositionsResponseSchema, { accepted: 1, deviceSequenceMax: 3n });
    const deliveries = echo(DeliveryService, () => answer);

    const response = await deliveries.send(`/v1/deliveries/${ID}/positions`, json("POST", {}));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ accepted: 1, device_sequence_max: "3" });
  });

  it("is 204 for a message without fields", async () => {
    const response = await echo(OrderService).send(`/v1/orders/${ID}`, { method: "DELETE" });

    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it("is 304 for a reader who has this state", async () => {
    const products = echo(ProductService, () => create(GetProductResponseSchema, { product }));

    const same = await products.send(`/v1/products/${ID}`, { headers: { "if-none-match": '"6", W/"7"' } });
    const other = await products.send(`/v1/products/${ID}`, { headers: { "if-none-match": '"6"' } });

    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", '"7"']);
    expect(other.status).toBe(200);
  });
});

describe("HEAD, OPTIONS and other methods", () => {
  const orders = echo(OrderService);

  it("answers HEAD as GET without a body", async () => {
    const response = await orders.send(`/v1/orders/${ID}`, { method: "HEAD" });

    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(orders.asked()).toEqual({ order_id: ID });
  });

  it("answers OPTIONS with the methods of the path", async () => {
    const response = await orders.send("/v1/orders", { method: "OPTIONS" });

    expect([response.status, response.headers.get("allow")]).toEqual([204, "POST, GET, HEAD, OPTIONS"]);
  });

  it.each([
    ["PUT", "/v1/orders", "POST, GET, HEAD, OPTIONS"],
    ["PATCH", `/v1/orders/${ID}`, "GET, HEAD, DELETE, OPTIONS"],
    ["GET", `/v1/orders/${ID}:cancel`, "POST, OPTIONS"],
    ["HEAD", `/v1/orders/${ID}:cancel`, "POST, OPTIONS"],
  ])("refuses %s %s with 405", async (method, path, allow) => {
    const response = await orders.send(path, { method });

    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it.each(["/", "/v1", "/v1/nothing", `/v1/orders/${ID}:explode`, "/v1/orders/", "/v1/../v1/orders/x/y"])(
    "knows no route %s",
    async (path) => {
      const response = await orders.send(path, { method: "POST" });

      expect([response.status, await response.json()]).toEqual([404, { reason: "ROUTE_NOT_FOUND", violations: [] }]);
    },
  );
});

describe("PATCH", () => {
  const products = echo(ProductService);
  const patch = async (body: unknown, query = "", headers = {}): Promise<unknown> => {
    const response = await products.send(`/v1/products/${ID}${query}`, json("PATCH", body, headers));
    return response.status === 200 ? products.asked() : response.json();
  };

  it.each([
    [{ stock: 7 }, "stock"],
    [{ stock: 0 }, "stock"],
    [{ title: null }, "title"],
    [{ product_id: ID, stock: 7 }, "stock"],
    [{ animal: { breed: "x", ageWeeksMin: 3 }, stock: 1 }, "animal.breed,animal.ageWeeksMin,stock"],
    [{ price: {} }, "price"],
    [{ created_at: "2026-01-01T00:00:00Z" }, "createdAt"],
  ])("with %j changes just that", async (body, mask) => {
    expect(await patch(body)).toMatchObject({ product: { product_id: ID }, update_mask: mask });
  });

  it.each(["update_mask=title,animal.age_weeks_min", "updateMask=title&updateMask=animal.ageWeeksMin"])(
    "takes the mask of the query ?%s",
    async (query) => {
      expect(await patch({ stock: 7 }, `?${query}`)).toMatchObject({ update_mask: "title,animal.ageWeeksMin" });
    },
  );

  it("refuses a mask with a path that is no field", async () => {
    expect(await patch({}, "?update_mask=title,nothing")).toEqual({
      reason: "REQUEST_INVALID",
      violations: [{ field: "update_mask", message: '"nothing" is not a field' }],
    });
  });

  it("has no mask without a body", async () => {
    await products.send(`/v1/products/${ID}`, { method: "PATCH" });

    expect(products.asked()).toEqual({ product: { product_id: ID } });
  });

  it.each([
    ['"7"', { etag: "7" }],
    ['W/"7"', { etag: "7" }],
    ["7", { etag: "7" }],
    ["*", {}],
  ])("takes If-Match: %s as the etag", async (header, etag) => {
    const asked = { product: { product_id: ID, stock: 7 }, update_mask: "stock" };

    expect(await patch({ stock: 7 }, "", { "if-match": header })).toEqual({ ...asked, ...etag });
  });

  it.each([
    ["of several tags", '"7", "8"'],
    ["of an empty tag", '""'],
    ["of a weak empty tag", 'W/""'],
  ])("refuses an If-Match %s", async (_what, header) => {
    expect(await patch({ stock: 7 }, "", { "if-match": header })).toMatchObject({ violations: [{ field: "etag" }] });
  });

  it("refuses an If-Match that nobody would look at", async () => {
    const init = json("POST", { reason: "x" }, { "if-match": '"7"' });

    expect((await echo(OrderService).send(`/v1/orders/${ID}:cancel`, init)).status).toBe(400);
  });
});

describe("a call", () => {
  it("carries what admit gives: metadata and deadline", async () => {
    let seen: { header: string | null; timeoutMs: number | undefined } | undefined;
    const transport = createRouterTransport((router) =>
      router.service(OrderService, {
        getOrder: (_request, context) => {
          seen = { header: context.requestHeader.get("x-request-id"), timeoutMs: context.timeoutMs() };
          return { order: { status: OrderStatus.PLACED } };
        },
      }),
    );
    const transcoder = createTranscoder<string>({
      services: [OrderService],
      transport: () => transport,
      bodyBytesMax: 100,
      admit: (route, _request, context) => ({
        headers: { "x-request-id": `${context} ${route.template}` },
        timeoutMs: 5_000,
      }),
      problem: plainProblem,
    });

    await transcoder.handle(new Request(`http://test/v1/orders/${ID}`), "r1");

    expect(seen?.header).toBe("r1 /v1/orders/{order_id}");
    expect(seen?.timeoutMs).toBeGreaterThan(4_000);
  });

  it("that admit refuses leaves the body unread", async () => {
    const orders = echo(OrderService, undefined, {
      admit: () => Promise.reject(new Error("no")),
      problem: (error) => new Response(String(error), { status: 401 }),
    });
    const request = new Request("http://test/v1/orders", json("POST", {}));

    const response = await orders.transcoder.handle(request, undefined);

    expect([response.status, request.bodyUsed]).toEqual([401, false]);
  });

  it("that the service refuses reaches problem as it is", async () => {
    const refusal = new ConnectError("no such order", Code.NotFound);
    const orders = echo(
      OrderService,
      () => {
        throw refusal;
      },
      { problem: (error) => Response.json({ code: (error as ConnectError).code }, { status: 404 }) },
    );

    const response = await orders.send(`/v1/orders/${ID}`);

    expect([response.status, await response.json()]).toEqual([404, { code: Code.NotFound }]);
  });

  it("is cancelled when the client goes away", async () => {
    const gone = new AbortController();
    const cancelled = Promise.withResolvers<unknown>();
    const transport = createRouterTransport((router) =>
      router.service(OrderService, {
        getOrder: async (_request, context) => {
          context.signal.addEventListener("abort", () => cancelled.resolve(context.signal.reason));
          gone.abort();
          return cancelled.promise.then(() => ({}));
        },
      }),
    );
    const orders = echo(OrderService, undefined, { transport: () => transport });

    await orders.send(`/v1/orders/${ID}`, { signal: gone.signal });

    await expect(cancelled.promise).resolves.toBeDefined();
  });
});

describe("createTranscoder", () => {
  it("makes a route for every RPC of the contract that has a rule", () => {
    const services = [ProductService, OrderService, DeliveryService, CourierService, LogService];
    const transport = createRouterTransport(() => undefined);

    const { routes } = createTranscoder({
      services,
      transport: () => transport,
      bodyBytesMax: 100,
      admit: () => ({}),
      problem: plainProblem,
    });

    const withoutRoute = services
      .flatMap(({ methods }) => methods)
      .filter((method) => !routes.some((route) => route.method === method))
      .map(({ name }) => name);
    expect(withoutRoute).toEqual(["DispatchOrder"]);
  });
});
