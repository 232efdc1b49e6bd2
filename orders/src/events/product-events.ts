import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import {
  ProductCreatedSchema,
  ProductDeletedSchema,
  ProductUpdatedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/product_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { Product } from "../domain/product.ts";
import { ORDERS_TOPIC } from "./topic.ts";

export function appendProductCreated(tx: Transaction, product: Product): Promise<void> {
  return append(tx, product, ProductCreatedSchema, { productId: product.productId, stock: product.stock });
}

/** @param changedFields the contract's paths. */
export function appendProductUpdated(tx: Transaction, product: Product, changedFields: string[]): Promise<void> {
  return append(tx, product, ProductUpdatedSchema, { productId: product.productId, changedFields });
}

export function appendProductDeleted(tx: Transaction, product: Product): Promise<void> {
  return append(tx, product, ProductDeletedSchema, { productId: product.productId });
}

function append<D extends DescMessage>(tx: Transaction, product: Product, schema: D, message: MessageInitShape<D>) {
  return appendEvent(tx, {
    topic: ORDERS_TOPIC,
    aggregateId: product.productId,
    aggregateVersion: product.version,
    schema,
    message,
    occurredAt: product.updatedAt,
  });
}
