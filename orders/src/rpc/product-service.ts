import type { ServiceImpl } from "@connectrpc/connect";
import type { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { createProduct } from "../app/create-product.ts";
import { retireProduct } from "../app/retire-product.ts";
import { updateProduct } from "../app/update-product.ts";
import { productNotFound } from "../domain/product.ts";
import { findProduct } from "../store/product-repository.ts";
import { productPage } from "./list-products.ts";
import { mergeProduct } from "./merge-product.ts";
import { listingOf, productMessage } from "./product-message.ts";

/** The catalogue over RPC. The policy alone says who may do what: products belong to nobody. */
export function productService(db: Database): ServiceImpl<typeof ProductService> {
  return {
    createProduct: (request, context) =>
      mutate(db, context, request, async (tx) => {
        if (!request.product) throw new Error("a request without product passed validation");
        return { product: productMessage(await createProduct(tx, listingOf(request.product))) };
      }),

    async getProduct({ productId }) {
      const product = await findProduct(db, productId);
      if (!product) throw productNotFound(productId);
      return { product: productMessage(product) };
    },

    listProducts: (request) => productPage(db, request),

    updateProduct: (request, context) =>
      mutate(db, context, request, async (tx) => {
        const { product: given, updateMask, etag } = request;
        if (!given) throw new Error("a request without product passed validation");
        const merge = (current: Parameters<typeof mergeProduct>[0]) =>
          mergeProduct(current, given, updateMask?.paths ?? []);
        return { product: productMessage(await updateProduct(tx, { productId: given.productId, etag }, merge)) };
      }),

    deleteProduct: (request, context) =>
      mutate(db, context, request, async (tx) => {
        await retireProduct(tx, request.productId, request.etag);
        return {};
      }),
  };
}
