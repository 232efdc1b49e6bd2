import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type Client } from "@connectrpc/connect";
import { Sex, Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import {
  OrderSchema,
  OrderService,
  OrderStatus,
  type Order,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { toConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";

/** The neighbour's RPC, DispatchOrder alone, as its contract says; its orders live in memory. */
export interface OrdersStub {
  readonly client: Client<typeof OrderService>;
  /** Places an order; answers its id. */
  place(customerId?: string): string;
  /** How often DispatchOrder was called, and with whose token the last time. */
  readonly calls: { count: number; authorization: string | undefined };
  /** What every call fails with from now on; undefined to answer again. */
  failWith(refusal: DomainError | undefined): void;
  setStatus(orderId: string, status: OrderStatus): void;
}

export function createOrdersStub(): OrdersStub {
  const placed = new Map<string, Order>();
  const calls: OrdersStub["calls"] = { count: 0, authorization: undefined };
  let failure: DomainError | undefined;

  const dispatch = (orderId: string, deliveryId: string): Order => {
    if (failure) throw failure;
    const order = placed.get(orderId);
    if (!order) throw new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order");
    if (order.deliveryId === deliveryId) return order;
    if (order.status !== OrderStatus.PLACED) throw new DomainError("refused", "ORDER_STATUS_REFUSED", "no");
    order.deliveryId = deliveryId;
    order.status = OrderStatus.DISPATCHED;
    return order;
  };

  const transport = createRouterTransport((router) =>
    router.service(OrderService, {
      dispatchOrder({ orderId, deliveryId }, context) {
        calls.count += 1;
        calls.authorization = context.requestHeader.get("authorization") ?? undefined;
        try {
          return { order: dispatch(orderId, deliveryId) };
        } catch (error) {
          throw error instanceof DomainError ? toConnectError(error, "orders.animal-delivery") : error;
        }
      },
    }),
  );

  return {
    client: createClient(OrderService, transport),
    place(customerId = "anna") {
      const order = placedOrder(customerId);
      placed.set(order.orderId, order);
      return order.orderId;
    },
    calls,
    failWith(refusal) {
      failure = refusal;
    },
    setStatus(orderId, status) {
      const order = placed.get(orderId);
      if (order) order.status = status;
    },
  };
}

const berlin = { city: "Berlin", postalCode: "13057", country: "DE", latitude: 52.57, longitude: 13.5 };

const kitten = {
  species: Species.CAT,
  breed: "Chartreux",
  sex: Sex.FEMALE,
  ageWeeksMin: 12,
  ageWeeksMax: 14,
  weightGrams: 1_400,
} as const;

function placedOrder(customerId: string): Order {
  return create(OrderSchema, {
    orderId: randomUUID(),
    customerId,
    status: OrderStatus.PLACED,
    items: [{ productId: randomUUID(), title: "Grey kitten", quantity: 2, animal: kitten }],
    pickup: { street: "Am Tierheim 1", ...berlin },
    dropOff: { street: "Gartenweg 7", ...berlin },
    recipient: { name: "Anna Schmidt", phone: "+4915112345678" },
    note: "She is shy",
  });
}
