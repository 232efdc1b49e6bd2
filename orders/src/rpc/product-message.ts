import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  Product as ProductMessage,
  ProductSchema,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { etagOf } from "@animal-delivery/platform/etag";
import type { Listing, Product } from "../domain/product.ts";
import { animalMessage, animalOf } from "./animal-message.ts";

export function productMessage(product: Product): MessageInitShape<typeof ProductSchema> {
  return {
    productId: product.productId,
    title: product.title,
    animal: animalMessage(product.animal),
    price: product.price,
    stock: product.stock,
    etag: etagOf(product.revision),
    createdAt: timestampFromDate(product.createdAt),
    updatedAt: timestampFromDate(product.updatedAt),
  };
}

/**
 * What a person says of a product.
 *
 * @param message as the contract allows it: with animal and price.
 */
export function listingOf({ title, animal, price, stock }: ProductMessage): Listing {
  if (!animal || !price) throw new Error("a product without animal or price passed validation");
  const { amountMinor, currency } = price;
  return { title, animal: animalOf(animal), price: { amountMinor, currency }, stock };
}
