import { create } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import {
  CreateProductRequestSchema,
  ProductSchema,
  type Product as ProductMessage,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { errorDomain } from "@animal-delivery/platform/rpc/interceptors";
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
  const product = create(ProductSchema, productMessage(current));
  for (const path of paths) {
    const [name = "", ...inner] = path.split(".");
    const known =
      !IMMUTABLE.has(name) && copyField(reflect(ProductSchema, product), reflect(ProductSchema, given), name, inner);
    if (!known) throw pathRefused(path);
  }
  // The rules of a whole product are those of one to be created, and so are the names of its fields in a refusal.
  assertValid(CreateProductRequestSchema, create(CreateProductRequestSchema, { product }), errorDomain("orders"));
  return listingOf(product);
}

/** Copies one field, or one inside it; whether there is such a field. */
function copyField(to: ReflectMessage, from: ReflectMessage, name: string, [next, ...rest]: string[]): boolean {
  const field = to.fields.find((field) => field.name === name);
  if (!field) return false;
  if (next !== undefined) {
    return field.fieldKind === "message" && copyField(to.get(field), from.get(field), next, rest);
  }
  if (from.isSet(field)) to.set(field, from.get(field));
  else to.clear(field);
  return true;
}

function pathRefused(path: string): DomainError {
  return new DomainError("invalid", "REQUEST_INVALID", "update_mask names a field that cannot be changed", {
    field: "update_mask",
    path,
  });
}
