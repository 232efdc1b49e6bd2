// Drives the writes of ProductService through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { ProductUpdatedSchema } from "@animal-delivery/contracts/gen/orders/v1/product_events_pb";
import type { Product } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { errorOf, refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  eventNamesOf,
  eventsOf,
  givenOrder,
  givenProduct,
  kitten,
  startOrders,
  stockOf,
  type Orders,
} from "./setup.ts";

let service: Orders;
beforeAll(async () => {
  service = await startOrders();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("CreateProduct", () => {
  it("lists the product and ignores what only the service makes", async () => {
    const given = kitten({ productId: randomUUID(), etag: "mine", createdAt: { seconds: 1n } });

    const { product } = await service.products(ADMIN).createProduct({ product: given });

    expect(product).toMatchObject(kitten());
    expect(product?.productId).not.toBe(given.productId);
    expect(product?.etag).not.toBe("mine");
    expect(product?.createdAt).toEqual(product?.updatedAt);
    expect(Number(product?.createdAt?.seconds)).toBeGreaterThan(1_700_000_000);
    expect(await eventNamesOf(service.db, product!.productId)).toEqual(["ProductCreated 1"]);
  });

  it("makes one product of twins with one idempotency key", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const product = kitten({ title: randomUUID() });

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.products(ADMIN).createProduct({ product }, { headers })),
    );

    expect(new Set(answers.map((answer) => answer.product?.productId)).size).toBe(1);
    expect((await service.products().listProducts({ title: product.title! })).products).toHaveLength(1);
  });

  it("refuses a text that no database can hold", async () => {
    const product = kitten({ title: "kit\u0000ten" });

    expect(await refusalOf(service.products(ADMIN).createProduct({ product }))).toMatchObject({
      kind: "invalid",
      reason: "REQUEST_INVALID",
    });
  });
});

describe("UpdateProduct", () => {
  it("changes the fields of the mask and nothing else", async () => {
    const before = await givenProduct(service);

    const { product } = await update(before, { stock: 7, title: "not looked at" }, ["stock"]);

    expect(product).toEqual({ ...before, stock: 7, etag: product!.etag, updatedAt: product!.updatedAt });
    expect(product?.etag).not.toBe(before.etag);
    expect((await service.products().getProduct({ productId: before.productId })).product).toEqual(product);
  });

  it("changes fields inside of fields and tells which", async () => {
    const before = await givenProduct(service);
    const values = { animal: { breed: "Birman", weightGrams: 1 }, price: { amountMinor: 1n, currency: "USD" } };

    const { product } = await update(before, values, ["animal.breed", "price.amount_minor"]);

    expect(product?.animal).toEqual({ ...before.animal, breed: "Birman" });
    expect(product?.price).toEqual({ ...before.price, amountMinor: 1n });
    const [, updated] = await eventsOf(service.db, before.productId);
    expect(fromBinary(ProductUpdatedSchema, updated!.payload).changedFields).toEqual([
      "animal.breed",
      "price.amount_minor",
    ]);
  });

  it.each([
    "product_id",
    "etag",
    "created_at",
    "updated_at",
    "wings",
    "animal.wings",
    "title.length",
    "",
    "*",
    "animal.",
  ])("refuses the path %j", async (path) => {
    const before = await givenProduct(service);

    expect(await refusalOf(update(before, { title: "changed" }, ["title", path]))).toMatchObject({
      kind: "invalid",
      reason: "REQUEST_INVALID",
      metadata: { field: "update_mask", path },
    });
    expect((await service.products().getProduct({ productId: before.productId })).product).toEqual(before);
  });

  it.each<[string, Parameters<typeof kitten>[0], string[]]>([
    ["product.title", { title: "" }, ["title"]],
    ["product.animal", {}, ["animal"]],
    ["product.price.currency", { price: { currency: "euro" } }, ["price.currency"]],
    ["product.stock", { stock: -1 }, ["stock"]],
  ])("refuses what would break a rule of the contract in %s", async (field, values, mask) => {
    const before = await givenProduct(service);

    const error = await errorOf(update(before, values, mask));

    const path = error.findDetails(ViolationsSchema)[0]?.violations[0]?.field?.elements.map((part) => part.fieldName);
    expect(path?.join(".")).toBe(field);
  });

  it("refuses an age range that only the merged product shows to be wrong", async () => {
    const before = await givenProduct(service);

    const refusal = await refusalOf(update(before, { animal: { ageWeeksMin: 17 } }, ["animal.age_weeks_min"]));

    expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
  });

  it("refuses a stale etag and takes the current one", async () => {
    const first = await givenProduct(service);
    const { product: second } = await update(first, { stock: 7 }, ["stock"], first.etag);

    expect(await refusalOf(update(first, { stock: 8 }, ["stock"], first.etag))).toMatchObject({
      kind: "stale",
      reason: "ETAG_STALE",
    });
    expect((await update(first, { stock: 9 }, ["stock"], second!.etag)).product?.stock).toBe(9);
  });

  it("refuses the etag of before an order took stock", async () => {
    const before = await givenProduct(service);
    await givenOrder(service, before.productId);

    const refusal = await refusalOf(update(before, { stock: 5 }, ["stock"], before.etag));

    expect(refusal.reason).toBe("ETAG_STALE");
    expect(await stockOf(service, before.productId)).toBe(4);
  });

  it("writes and tells nothing when nothing is different", async () => {
    const before = await givenProduct(service);

    const { title, animal, price, stock } = before;
    const same = { title, animal: animal!, price: price!, stock };

    expect((await update(before, same, ["title", "animal", "price", "stock"])).product).toEqual(before);
    expect(await eventNamesOf(service.db, before.productId)).toEqual(["ProductCreated 1"]);
  });

  it("changes nothing by an empty mask", async () => {
    const before = await givenProduct(service);

    expect((await update(before, { title: "not looked at" }, [])).product).toEqual(before);
  });

  it("lets one of two win who read the same", async () => {
    const before = await givenProduct(service);

    const outcomes = await Promise.allSettled([
      update(before, { stock: 6 }, ["stock"], before.etag),
      update(before, { stock: 7 }, ["stock"], before.etag),
    ]);

    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await eventNamesOf(service.db, before.productId)).toEqual(["ProductCreated 1", "ProductUpdated 2"]);
  });

  it("refuses a product that is not in the catalogue", async () => {
    const refusal = await refusalOf(
      service.products(ADMIN).updateProduct({ product: { productId: randomUUID() }, updateMask: { paths: ["stock"] } }),
    );

    expect(refusal).toMatchObject({ kind: "notFound", reason: "PRODUCT_NOT_FOUND" });
  });
});

describe("DeleteProduct", () => {
  it("takes the product out of the catalogue, once", async () => {
    const title = randomUUID();
    const { productId } = await givenProduct(service, { title });

    await service.products(ADMIN).deleteProduct({ productId });

    expect((await refusalOf(service.products().getProduct({ productId }))).reason).toBe("PRODUCT_NOT_FOUND");
    expect((await refusalOf(service.products(ADMIN).deleteProduct({ productId }))).reason).toBe("PRODUCT_NOT_FOUND");
    expect((await service.products().listProducts({ title })).products).toEqual([]);
    expect(await eventNamesOf(service.db, productId)).toEqual(["ProductCreated 1", "ProductDeleted 2"]);
  });

  it("leaves the orders that hold it as they are, and takes no new ones", async () => {
    const { productId, title } = await givenProduct(service);
    const order = await givenOrder(service, productId);

    await service.products(ADMIN).deleteProduct({ productId });

    const { order: kept } = await service.orders(ADMIN).getOrder({ orderId: order.orderId });
    expect(kept?.items[0]).toMatchObject({ productId, title });
    expect((await refusalOf(givenOrder(service, productId))).reason).toBe("PRODUCT_NOT_FOUND");
  });

  it("refuses a stale etag", async () => {
    const { productId } = await givenProduct(service);

    const refusal = await refusalOf(service.products(ADMIN).deleteProduct({ productId, etag: "v9" }));

    expect(refusal).toMatchObject({ kind: "stale", reason: "ETAG_STALE" });
    expect(await stockOf(service, productId)).toBe(5);
  });

  it("is done by one of two at once", async () => {
    const { productId } = await givenProduct(service);

    const outcomes = await Promise.allSettled([
      service.products(ADMIN).deleteProduct({ productId }),
      service.products(ADMIN).deleteProduct({ productId }),
    ]);

    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await eventNamesOf(service.db, productId)).toEqual(["ProductCreated 1", "ProductDeleted 2"]);
  });
});

async function update(product: Product, values: Parameters<typeof kitten>[0], paths: string[], etag = "") {
  const { productId } = product;
  return service.products(ADMIN).updateProduct({ product: { ...values, productId }, updateMask: { paths }, etag });
}
