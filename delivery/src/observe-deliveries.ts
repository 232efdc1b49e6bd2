import type { DeliveryObserver } from "./app/observer.ts";
import { finishedAt } from "./domain/delivery.ts";
import type { DeliveryMetrics } from "./metrics.ts";
import type { ChangeFeed } from "./tracking/change-feed.ts";

/** Counts what happens to deliveries and wakes the streams that follow them. */
export function observeDeliveries(metrics: DeliveryMetrics, feed: ChangeFeed): DeliveryObserver {
  return {
    statusReached(delivery) {
      const { status, startedAt } = delivery;
      if (status === "pending") metrics.started.inc();
      if (status === "delivered") metrics.completed.inc();
      metrics.statuses.inc({ status });
      const finished = finishedAt(delivery);
      if (finished) metrics.duration.observe({ status }, (finished.getTime() - startedAt.getTime()) / 1_000);
      feed.announce(delivery.deliveryId, delivery.changeSeq);
    },
    positionsStored(delivery, accepted) {
      metrics.positions.inc(accepted);
      feed.announce(delivery.deliveryId, delivery.changeSeq);
    },
  };
}
