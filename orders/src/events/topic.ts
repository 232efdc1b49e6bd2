/** Where orders publishes: the events of orders and of products, keyed by the id of each. */
export const ORDERS_TOPIC = "orders.events";
