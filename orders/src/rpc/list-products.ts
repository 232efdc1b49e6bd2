import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListProductsRequest,
  ListProductsResponseSchema,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, textAt } from "@animal-delivery/platform/page-position";
import { listProducts } from "../store/list-products.ts";
import { speciesOf } from "./animal-message.ts";
import { productMessage } from "./product-message.ts";

/** One page of the catalogue. */
export async function productPage(
  db: Queryable,
  request: ListProductsRequest,
): Promise<MessageInitShape<typeof ListProductsResponseSchema>> {
  const filters = { title: request.title, species: speciesOf(request.species) };
  const { items, nextPageToken } = await readPage(request, {
    filters,
    positionOf: (key) => ({ productId: idAt(key, 0), title: textAt(key, 1) }),
    read: (after, limit) => listProducts(db, filters, after, limit),
    keyOf: ({ productId, title }) => [productId, title],
  });
  return { products: items.map(productMessage), nextPageToken };
}
