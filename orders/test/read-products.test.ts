// Drives the reads of ProductService through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import type { Product } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenProduct, kitten, startOrders, type Orders } from "./setup.ts";

let service: Orders;
beforeAll(async () => {
  service = await startOrders();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("GetProduct", () => {
  it("answers the product", async () => {
    const product = await givenProduct(service);

    expect((await service.products().getProduct({ productId: product.productId })).product).toEqual(product);
    expect((await service.products().getProduct({ productId: product.productId.toUpperCase() })).product).toEqual(
      product,
    );
  });

  it("refuses an id that no product has", async () => {
    const productId = randomUUID();

    expect(await refusalOf(service.products().getProduct({ productId }))).toMatchObject({
      kind: "notFound",
      reason: "PRODUCT_NOT_FOUND",
      metadata: { product_id: productId },
    });
  });
});

describe("ListProducts", () => {
  it("walks the catalogue by title and id, page by page", async () => {
    const mark = randomUUID();
    const titles = ["b", "a", "c", "a", "b"].map((letter) => `${mark} ${letter}`);
    const made = await Promise.all(titles.map((title) => givenProduct(service, { title })));

    const walked = await walk({ title: mark, pageSize: 2 });

    const expected = made.toSorted((a, b) => (a.title + a.productId < b.title + b.productId ? -1 : 1));
    expect(walked.map((product) => product.productId)).toEqual(expected.map((product) => product.productId));
  });

  it("finds a part of the title in any case", async () => {
    const mark = randomUUID();
    await givenProduct(service, { title: `${mark} Großer Hund ÄRA` });

    expect(await titlesOf(`${mark} großer`)).toHaveLength(1);
    expect(await titlesOf(`${mark.toUpperCase()} GROSSER`)).toHaveLength(0);
    expect(await titlesOf(`hund ära`)).toHaveLength(1);
  });

  it.each(["%", "_", "\\", "%%", "\\%", "a_b"])("takes %j for itself, not for a wildcard", async (text) => {
    const mark = randomUUID();
    await givenProduct(service, { title: `${mark} plain` });
    await givenProduct(service, { title: `${mark} ${text}` });

    const { products } = await service.products().listProducts({ title: `${mark} ${text}` });

    expect(products.map((product) => product.title)).toEqual([`${mark} ${text}`]);
  });

  it("keeps to one species", async () => {
    const title = randomUUID();
    await givenProduct(service, { title });
    const dog = await givenProduct(service, { title, animal: { ...kitten().animal, species: Species.DOG } });

    const { products } = await service.products().listProducts({ title, species: Species.DOG });

    expect(products).toEqual([dog]);
  });

  it("refuses a token of a list with other filters, and one that was made up", async () => {
    const title = randomUUID();
    await givenProduct(service, { title });
    await givenProduct(service, { title });
    const { nextPageToken: pageToken } = await service.products().listProducts({ title, pageSize: 1 });
    const [fingerprint] = JSON.parse(Buffer.from(pageToken, "base64url").toString()) as string[];
    const forged = Buffer.from(JSON.stringify([fingerprint, "no id", "x"])).toString("base64url");

    for (const request of [
      { pageToken },
      { title: `${title}!`, pageToken },
      { title, pageToken: "x" },
      { title, pageToken: forged },
    ]) {
      expect(await refusalOf(service.products().listProducts(request))).toMatchObject({
        kind: "invalid",
        reason: "PAGE_TOKEN_INVALID",
      });
    }
  });
});

async function walk(request: { title: string; pageSize: number }): Promise<Product[]> {
  const walked: Product[] = [];
  let pageToken = "";
  do {
    const page = await service.products().listProducts({ ...request, pageToken });
    walked.push(...page.products);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return walked;
}

async function titlesOf(title: string): Promise<string[]> {
  return (await service.products().listProducts({ title })).products.map((product) => product.title);
}
