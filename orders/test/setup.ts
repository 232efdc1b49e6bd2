import { randomUUID } from "node:crypto";
import { fromBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client, ConnectRouter } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { Sex, Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import {
  OrderService,
  type CreateOrderRequestSchema,
  type Order,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import {
  ProductService,
  type Product,
  type ProductSchema,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import type { Database, Queryable } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { anonymousGrant, serviceGrant, userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { followDelivery, type DeliveryReport } from "../src/app/follow-delivery.ts";
import { observeOrders, type OrderObserver } from "../src/observe-orders.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import { orderService } from "../src/rpc/order-service.ts";
import { productService } from "../src/rpc/product-service.ts";

export const CUSTOMER = userGrant({ subject: "customer-1" });
export const OTHER_CUSTOMER = userGrant({ subject: "customer-2" });
export const DISPATCHER = userGrant({ subject: "dispatcher-1", roles: ["dispatcher"], relations: ["any"] });
export const ADMIN = userGrant({ subject: "admin-1", roles: ["admin"], relations: ["any"] });
export const DELIVERY = serviceGrant("delivery");

/** Orders over RPC in this process, on a database of its own. */
export interface Orders extends AsyncDisposable {
  readonly db: Database;
  readonly telemetry: Telemetry;
  readonly observer: OrderObserver;
  /** The catalogue, as a caller sees it; anybody unless given. */
  products(grant?: Grant): Client<typeof ProductService>;
  /** The orders, as a caller sees them. */
  orders(grant: Grant): Client<typeof OrderService>;
}

/** Hundreds of calls at once wait long on a busy machine; how long is not what these tests are about. */
const PATIENCE_MS = 30_000;

export async function startOrders<T extends Telemetry>(telemetry: T): Promise<Orders & { readonly telemetry: T }>;
export async function startOrders(): Promise<Orders>;
export async function startOrders(telemetry: Telemetry = testTelemetry("orders")): Promise<Orders> {
  const open = new AsyncDisposableStack();
  const { url } = open.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const limits = { statementTimeoutMs: PATIENCE_MS, lockTimeoutMs: PATIENCE_MS, acquireTimeoutMs: PATIENCE_MS };
  const db = open.use(openDatabase({ url, poolSize: 20, ...limits }, telemetry));
  const observer = observeOrders(telemetry);
  const deadline = { defaultTimeoutMs: PATIENCE_MS };
  const routes = (router: ConnectRouter): void => {
    router.service(ProductService, productService(db)).service(OrderService, orderService(db, observer));
  };
  return {
    db,
    telemetry,
    observer,
    products: (grant = anonymousGrant()) => inMemoryClient(ProductService, routes, { grant, deadline, telemetry }),
    orders: (grant) => inMemoryClient(OrderService, routes, { grant, deadline, telemetry }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The fields of a message that a test writes down. */
type Fields<D extends DescMessage> = Extract<MessageInitShape<D>, { $typeName?: never }>;

/** A valid product, with what a test cares about. */
export function kitten(fields: Fields<typeof ProductSchema> = {}): Fields<typeof ProductSchema> {
  return {
    title: "Siberian kitten",
    animal: {
      species: Species.CAT,
      breed: "Siberian",
      sex: Sex.FEMALE,
      ageWeeksMin: 12,
      ageWeeksMax: 16,
      weightGrams: 1500,
    },
    price: { amountMinor: 95_000n, currency: "EUR" },
    stock: 5,
    ...fields,
  };
}

export async function givenProduct(service: Orders, fields: Fields<typeof ProductSchema> = {}): Promise<Product> {
  const { product } = await service.products(ADMIN).createProduct({ product: kitten(fields) });
  if (!product) throw new Error("no product came back");
  return product;
}

/** A valid order of these products. */
export function orderOf(...lines: [productId: string, quantity: number][]): Fields<typeof CreateOrderRequestSchema> {
  return {
    items: lines.map(([productId, quantity]) => ({ productId, quantity })),
    pickup: {
      street: "Am Tierheim 1",
      city: "Berlin",
      postalCode: "13057",
      country: "DE",
      latitude: 52.5703,
      longitude: 13.5017,
    },
    dropOff: { street: "Gartenweg 7", city: "Potsdam", country: "DE", latitude: 52.3989, longitude: 13.0657 },
    recipient: { name: "Anna Schmidt", phone: "+4915112345678" },
    note: "She is shy, please ring once",
  };
}

/** An order placed by the customer. */
export async function givenOrder(service: Orders, productId: string, quantity = 1, grant = CUSTOMER): Promise<Order> {
  const { order } = await service.orders(grant).createOrder(orderOf([productId, quantity]));
  if (!order) throw new Error("no order came back");
  return order;
}

/** An order of the customer's that a delivery has. */
export async function givenDispatched(service: Orders, productId: string, quantity = 1): Promise<Order> {
  const { orderId } = await givenOrder(service, productId, quantity);
  const { order } = await service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId: randomUUID() });
  if (!order) throw new Error("no order came back");
  return order;
}

/** Delivery's news of an order's delivery, followed. */
export async function deliveryTells(
  { db, telemetry: { log }, observer }: Orders,
  { orderId, deliveryId }: { orderId: string; deliveryId: string },
  news: DeliveryReport["news"],
  reason = "",
): Promise<void> {
  await db.transaction((tx) => followDelivery(tx, { log, observer }, { orderId, deliveryId, news, reason }));
}

export async function stockOf(service: Orders, productId: string): Promise<number | undefined> {
  const { product } = await service.products().getProduct({ productId });
  return product?.stock;
}

export interface RecordedEvent {
  /** Without the package: `OrderCreated`. */
  readonly type: string;
  readonly version: bigint;
  readonly payload: Uint8Array;
}

/** The events of an aggregate that wait in the outbox, in the order of their versions. */
export async function eventsOf(db: Queryable, aggregateId: string): Promise<RecordedEvent[]> {
  const { rows } = await db.query<{ value: Buffer }>("events_of", "select value from outbox where key = $1", [
    aggregateId,
  ]);
  const events = rows.map(({ value }) => {
    const { type, aggregateVersion: version, payload } = fromBinary(EventEnvelopeSchema, value);
    return { type: type.replace(/^orders\.v1\./, ""), version, payload };
  });
  return events.toSorted((a, b) => Number(a.version - b.version));
}

/** `OrderCreated 1`, `OrderCancelled 2`. */
export async function eventNamesOf(db: Queryable, aggregateId: string): Promise<string[]> {
  return (await eventsOf(db, aggregateId)).map(({ type, version }) => `${type} ${version}`);
}

/** The orders and products whose row does not stand at the version of their last event, or whose events have a gap. */
export async function gapsOf(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string; version: string }>(
    "versions",
    "select order_id as id, version from orders union all select product_id, version from products",
  );
  const gaps = await Promise.all(
    rows.map(async ({ id, version }) => {
      const versions = (await eventsOf(db, id)).map((event) => event.version);
      const isWhole = versions.length === Number(version) && versions.every((one, index) => one === BigInt(index + 1));
      return isWhole ? [] : [`${id} at ${version}: ${versions.join(" ")}`];
    }),
  );
  return gaps.flat();
}
