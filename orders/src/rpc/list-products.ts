import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListProductsRequest,
  ListProductsResponseSchema,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import { listProducts } from "../store/list-products.ts";
import { speciesOf } from "./animal-message.ts";
import { idAt } from "./page-position.ts";
import { productMessage } from "./product-message.ts";

/** One page of the catalogue; one row more is read, to know whether there is another. */
export async function productPage(
  db: Queryable,
  request: ListProductsRequest,
): Promise<MessageInitShape<typeof ListProductsResponseSchema>> {
  const filters = { title: request.title, species: speciesOf(request.species) };
  const position = decodePageToken(request.pageToken, filters);
  const after = position && { productId: idAt(position, 0), title: position[1] ?? "" };
  const size = pageSize(request.pageSize);

  const found = await listProducts(db, filters, after, size + 1);
  const products = found.slice(0, size);
  const last = products.at(-1);
  return {
    products: products.map(productMessage),
    nextPageToken: last && found.length > size ? encodePageToken(filters, [last.productId, last.title]) : "",
  };
}
