import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { customerClosed, type Order } from "../domain/order.ts";
import { placeOrder, type Placement } from "../domain/place-order.ts";
import { productNotFound, stockShort, type OrderLine, type Product } from "../domain/product.ts";
import { appendOrderEvents } from "../events/order-events.ts";
import { insertOrder } from "../store/order-repository.ts";
import { listStock, takeStock } from "../store/stock.ts";
import type { OrderObserver } from "../observe-orders.ts";

/** What a customer orders: each product in one line, ids in lower case. */
export interface Wish extends Pick<Placement, "customerId" | "pickup" | "dropOff" | "recipient" | "note"> {
  readonly lines: readonly OrderLine[];
}

/**
 * Places an order and takes its animals out of stock, both or neither. The items keep price, title and animal as they are
 * in the catalogue at this moment.
 *
 * @throws {DomainError} notFound PRODUCT_NOT_FOUND, refused STOCK_SHORT, refused CURRENCY_MIXED, refused CUSTOMER_CLOSED.
 */
export async function createOrder(tx: Transaction, observer: OrderObserver, { lines, ...wish }: Wish): Promise<Order> {
  const now = new Date();
  const products = await takeStock(tx, wish.customerId, lines, now);
  if (products.length < lines.length) throw await whyNotTaken(tx, lines, products);

  const order = placeOrder({ ...wish, orderId: randomUUIDv7(), items: itemsOf(lines, products), now });
  if (!(await insertOrder(tx, order, order.customerId))) throw customerClosed(order.customerId);
  await appendOrderEvents(tx, order, ["created"]);
  observer.statusReached(tx, order);
  return order;
}

/** The items in the customer's order. */
function itemsOf(lines: readonly OrderLine[], products: readonly Product[]): Order["items"] {
  const byId = new Map(products.map((product) => [product.productId, product]));
  return lines.flatMap(({ productId, quantity }) => {
    const product = byId.get(productId);
    if (!product) return [];
    return [{ productId, title: product.title, animal: product.animal, unitPrice: product.price, quantity }];
  });
}

/** The rows of products that are short stay locked, so what is read here is why nothing was taken. */
async function whyNotTaken(tx: Transaction, lines: readonly OrderLine[], taken: readonly Product[]): Promise<Error> {
  const takenIds = new Set(taken.map((product) => product.productId));
  const missing = lines.map((line) => line.productId).filter((productId) => !takenIds.has(productId));
  const stock = await listStock(tx, missing);
  const unknown = missing.find((productId) => !stock.has(productId));
  if (unknown !== undefined) return productNotFound(unknown);
  const [short = ""] = missing;
  return stockShort(short, stock.get(short) ?? 0);
}
