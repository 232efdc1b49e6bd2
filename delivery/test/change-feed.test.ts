import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { dispatcherGrant, givenDeliveryService, givenReplica, type DeliveryFixture } from "./fixture.ts";

const open = new AbortController().signal;

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("the change feed", () => {
  it("tells of a status that this process committed, without its poll", async () => {
    const { deliveryId } = await service.givenAssigned();
    const heard = service.feed.changedAfter(deliveryId, 2n, open);

    await service.dispatcher.deliveries.pickUpDelivery({ deliveryId });

    await expect(heard).resolves.toBeUndefined();
  });

  it("tells of a newer position that this process committed, without its poll", async () => {
    const { deliveryId } = await service.givenAssigned();
    const heard = service.feed.changedAfter(deliveryId, 2n, open);
    const deviceTime = timestampFromMs(1);
    const positions = [{ deviceSequence: 1n, deviceTime, latitude: 1, longitude: 1 }];

    await service.dispatcher.deliveries.reportPositions({ deliveryId, positions });

    await expect(heard).resolves.toBeUndefined();
  });

  it("finds by its poll what another process committed", async () => {
    const { deliveryId } = await service.givenAssigned();
    const other = givenReplica(service.db, service.orders.client).as(dispatcherGrant()).deliveries;
    const stop = new AbortController();
    const heard = service.feed.changedAfter(deliveryId, 2n, open);
    const polled = service.feed.task.run(stop.signal);

    await other.pickUpDelivery({ deliveryId });

    await expect(heard).resolves.toBeUndefined();
    stop.abort();
    await polled;
  });

  it("wakes those alone who do not know the change", async () => {
    const deliveryId = randomUUID();
    const woken: string[] = [];
    const behind = service.feed.changedAfter(deliveryId, 6n, open).then(() => woken.push("behind"));
    const upToDate = service.feed.changedAfter(deliveryId, 7n, open).then(() => woken.push("up to date"));

    service.feed.announce(deliveryId, 7n);
    await behind;
    service.feed.announce(deliveryId, 8n);
    await upToDate;

    expect(woken).toEqual(["behind", "up to date"]);
  });

  it("lets a reader go with the reason of its signal", async () => {
    const leave = new AbortController();
    const reason = new Error("the reader left");
    const waiting = service.feed.changedAfter(randomUUID(), 1n, leave.signal);

    leave.abort(reason);

    await expect(waiting).rejects.toBe(reason);
    await expect(service.feed.changedAfter(randomUUID(), 1n, leave.signal)).rejects.toBe(reason);
  });
});
