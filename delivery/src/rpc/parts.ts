import type { Client } from "@connectrpc/connect";
import type { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import type { StreamLimit } from "@animal-delivery/platform/rpc/stream-limit";
import type { DeliveryObserver } from "../app/observer.ts";
import type { ChangeFeed } from "../tracking/change-feed.ts";

/** What the RPCs of delivery work with. */
export interface Parts {
  readonly db: Database;
  readonly orders: Client<typeof OrderService>;
  readonly observer: DeliveryObserver;
  readonly feed: ChangeFeed;
  readonly streams: StreamLimit;
}
