import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeliveryStatus, type Delivery } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import {
  courierGrant,
  customerGrant,
  dispatcherGrant,
  givenDeliveryService,
  givenReplica,
  type DeliveryFixture,
} from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("GetDelivery", () => {
  it.each(["customer", "courier"] as const)("shows a delivery to its %s", async (who) => {
    const { deliveryId, courierId } = await service.givenAssigned("anna");
    const reader = service.as(who === "customer" ? customerGrant("anna") : courierGrant(courierId)).deliveries;

    const { delivery } = await reader.getDelivery({ deliveryId });

    expect(delivery).toMatchObject({ deliveryId, customerId: "anna", courierId });
    expect(delivery?.history).toHaveLength(2);
  });

  it("shows both kinds of own deliveries to somebody who is customer and courier", async () => {
    const { deliveryId: carried, courierId } = await service.givenAssigned("anna");
    const ordered = await service.givenDelivery(courierId);
    const grant = userGrant({ subject: courierId, roles: ["customer", "courier"], relations: ["customer", "courier"] });

    const { deliveries } = await service.as(grant).deliveries.listDeliveries({});

    expect(idsOf(deliveries).toSorted()).toEqual([carried, ordered].toSorted());
  });

  it("refuses an id that is none", async () => {
    const refusal = await refusalOf(service.dispatcher.deliveries.getDelivery({ deliveryId: "7" }));

    expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
  });
});

describe("GetDeliveryStatus", () => {
  it("shows no step that was taken after the status it shows", async () => {
    const { deliveryId } = await service.givenAssigned();
    // A pick-up comes between the two statements of the reading.
    const query: Database["query"] = async (name, text, values) => {
      const result = await service.db.query(name, text, values);
      if (name === "find_delivery") await service.dispatcher.deliveries.pickUpDelivery({ deliveryId });
      return result as never;
    };
    const slow: Database = { ...service.db, query };

    const reader = givenReplica(slow, service.orders.client).as(dispatcherGrant()).deliveries;
    const { delivery } = await reader.getDelivery({ deliveryId });

    expect(delivery?.status).toBe(DeliveryStatus.ASSIGNED);
    expect(delivery?.history.at(-1)?.status).toBe(DeliveryStatus.ASSIGNED);
  });

  it("tells where a delivery stands, without a position before one is reported", async () => {
    const { deliveryId, courierId } = await service.givenAssigned();

    const status = await service.dispatcher.deliveries.getDeliveryStatus({ deliveryId });

    expect(status).toMatchObject({ deliveryId, status: DeliveryStatus.ASSIGNED, courierId });
    expect(status.lastPosition).toBeUndefined();
    expect(status.updatedAt).toBeDefined();
  });
});

describe("ListDeliveries", () => {
  it("lists a customer's own deliveries, the newest first, page by page, without histories", async () => {
    const expected: string[] = [];
    for (let count = 0; count < 7; count += 1) expected.unshift(await service.givenDelivery("petra"));
    await service.givenDelivery("somebody else");
    const petra = service.as(customerGrant("petra")).deliveries;

    const pages: Delivery[][] = [];
    let pageToken = "";
    do {
      const page = await petra.listDeliveries({ pageSize: 3, pageToken });
      pages.push(page.deliveries);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");

    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    // Deliveries of one millisecond have no order that callers could rely on.
    expect(pages.flatMap(idsOf).toSorted()).toEqual(expected.toSorted());
    expect(pages.flat().map(startedMs)).toEqual(
      pages
        .flat()
        .map(startedMs)
        .toSorted((a, b) => b - a),
    );
    expect(pages.flat().every(({ history }) => history.length === 0)).toBe(true);
  });

  it("narrows by status, order and courier", async () => {
    const { deliveryId, courierId } = await service.givenPickedUp("nora");
    await service.givenDelivery("nora");
    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    const nora = service.as(customerGrant("nora")).deliveries;

    const filters = [{ status: DeliveryStatus.PICKED_UP }, { orderId: delivery?.orderId ?? "" }, { courierId }];
    for (const filter of filters) {
      const { deliveries } = await nora.listDeliveries(filter);
      expect(idsOf(deliveries)).toEqual([deliveryId]);
    }
  });

  it("does not show a delivery to somebody who knows its order", async () => {
    const deliveryId = await service.givenDelivery("anna");
    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });

    const { deliveries } = await service
      .as(customerGrant("carla"))
      .deliveries.listDeliveries({ orderId: delivery?.orderId ?? "" });

    expect(deliveries).toEqual([]);
  });

  it("refuses a page token of other filters, or made up", async () => {
    await Promise.all([service.givenDelivery("paul"), service.givenDelivery("paul")]);
    const paul = service.as(customerGrant("paul")).deliveries;
    const { nextPageToken } = await paul.listDeliveries({ pageSize: 1 });
    const parts = JSON.parse(Buffer.from(nextPageToken, "base64url").toString()) as string[];
    const forged = Buffer.from(JSON.stringify([parts[0], "yesterday", "x"])).toString("base64url");

    const calls = [
      paul.listDeliveries({ pageToken: nextPageToken, status: DeliveryStatus.PENDING }),
      paul.listDeliveries({ pageToken: "garbage" }),
      paul.listDeliveries({ pageToken: forged }),
    ];

    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
    }
  });
});

function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ deliveryId }) => deliveryId);
}

function startedMs({ startedAt }: Delivery): number {
  return Number(startedAt?.seconds ?? 0n) * 1_000 + (startedAt?.nanos ?? 0) / 1_000_000;
}
