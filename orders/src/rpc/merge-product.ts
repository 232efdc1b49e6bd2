import { create } from "@bufbuild/protobuf";
import {
  CreateProductRequestSchema,
  ProductSchema,
  type Product as ProductMessage,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { errorDomain } from "@animal-delivery/platform/rpc/interceptors";
import { mergeFields } from "@animal-delivery/platform/rpc/merge-fields";
import { assertValid } from "@animal-delivery/platform/rpc/validate";
import type { Listing, Product } from "../domain/product.ts";
import { listingOf, productMessage } from "./product-message.ts";

/** The service makes these, whoever names them. */
const IMMUTABLE = new Set(["product_id", "etag", "created_at", "updated_at"]);

/**
 * A product with the fields that the mask names taken from another one.
 *
 * @param paths as protobuf has them: `title`, `animal.breed`.
 * @throws {DomainError} invalid REQUEST_INVALID for a path that names no field or one that cannot change, and when the
 *   result breaks a rule of the contract.
 */
export function mergeProduct(current: Product, given: ProductMessage, paths: readonly string[]): Listing {
  const before = create(ProductSchema, productMessage(current));
  const product = mergeFields({ schema: ProductSchema, current: before, given, paths, immutable: IMMUTABLE });
  // The rules of a whole product are those of one to be created, and so are the names of its fields in a refusal.
  assertValid(CreateProductRequestSchema, create(CreateProductRequestSchema, { product }), errorDomain("orders"));
  return listingOf(product);
}
