import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";
import { Counter } from "prom-client";
import type { Order } from "./domain/order.ts";

/** Counts what happens to orders, once it is committed. */
export interface OrderMetrics {
  /** The order came to its status. */
  statusReached(tx: Transaction, order: Order): void;
}

export function createOrderMetrics({ registry }: Meters): OrderMetrics {
  const created = new Counter({ name: "orders_created_total", help: "Orders placed", registers: [registry] });
  const statuses = new Counter({
    name: "orders_status_total",
    help: "Orders that came to a status",
    labelNames: ["status"],
    registers: [registry],
  });
  return {
    statusReached(tx, { status }) {
      tx.afterCommit(() => {
        statuses.inc({ status });
        if (status === "placed") created.inc();
      });
    },
  };
}
