import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { Counter } from "prom-client";
import type { Order } from "./domain/order.ts";

/** Tells operators what happens to orders, once it is committed. */
export interface OrderObserver {
  /** The transaction brings the order to the status it has now. */
  statusReached(tx: Transaction, order: Order): void;
}

/** Logs and counts. Its counters live in the registry, so a registry takes one observer. */
export function observeOrders({ log, meters }: Pick<Telemetry, "log" | "meters">): OrderObserver {
  const registers = [meters.registry];
  const created = new Counter({ name: "orders_created_total", help: "Orders placed", registers });
  const statuses = new Counter({
    name: "orders_status_total",
    help: "Steps of orders, by the status they came to",
    labelNames: ["status"],
    registers,
  });
  return {
    statusReached(tx, { orderId, status }) {
      tx.afterCommit(() => {
        statuses.inc({ status });
        if (status === "placed") created.inc();
        log.info("order reached a status", { order_id: orderId, status });
      });
    },
  };
}
