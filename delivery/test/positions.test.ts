import { array, assert, asyncProperty, integer } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { POSITIONS_KEPT_MS, purgePositions } from "../src/app/purge-positions.ts";
import { deletePositionsFinishedBefore } from "../src/store/position-repository.ts";
import { courierGrant, givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("ReportPositions", () => {
  it("stores a batch and shows the newest by the device's count, whatever its clock says", async () => {
    const { deliveryId, courierId } = await service.givenAssigned();
    const courier = service.as(courierGrant(courierId)).deliveries;
    const positions = [position(3, 1_000), position(1, 9_000), position(2, 5_000)];

    const answer = await courier.reportPositions({ deliveryId, positions });

    expect(answer).toMatchObject({ accepted: 3, deviceSequenceMax: 3n });
    const { lastPosition } = await courier.getDeliveryStatus({ deliveryId });
    expect(lastPosition).toMatchObject(position(3, 1_000));
  });

  it("merges batches that come late, twice or at once to the same positions", async () => {
    const sequences = array(integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    const batches = array(sequences, { minLength: 1, maxLength: 8 });

    await assert(
      asyncProperty(batches, async (reported) => {
        const { deliveryId } = await service.givenPickedUp();
        const answers = await Promise.all(
          reported.map((batch) =>
            service.dispatcher.deliveries.reportPositions({ deliveryId, positions: batch.map((seq) => position(seq)) }),
          ),
        );

        const distinct = [...new Set(reported.flat())].toSorted((a, b) => a - b);
        expect(await storedSequences(deliveryId)).toEqual(distinct);
        expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(distinct.length);
        const { lastPosition } = await service.dispatcher.deliveries.getDeliveryStatus({ deliveryId });
        expect(lastPosition?.deviceSequence).toBe(BigInt(distinct.at(-1) ?? 0));
      }),
      { numRuns: 15 },
    );
  });

  it("answers a repeated batch with nothing new", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const batch = { deliveryId, positions: [position(1), position(2)] };
    await service.dispatcher.deliveries.reportPositions(batch);

    const again = await service.dispatcher.deliveries.reportPositions(batch);

    expect(again).toMatchObject({ accepted: 0, deviceSequenceMax: 2n });
  });

  it("takes 500 positions at once and counts them", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const before = (await service.metric("delivery_positions_total")) ?? 0;
    const positions = Array.from({ length: 500 }, (_, index) => position(index + 1));

    const { accepted } = await service.dispatcher.deliveries.reportPositions({ deliveryId, positions });

    expect(accepted).toBe(500);
    expect(await service.metric("delivery_positions_total")).toBe(before + 500);
  });

  it("refuses a delivery that nobody drives", async () => {
    const pending = await service.givenDelivery();
    const { deliveryId: finished } = await service.givenPickedUp();
    await service.dispatcher.deliveries.completeDelivery({ deliveryId: finished });

    for (const [deliveryId, from] of [
      [pending, "pending"],
      [finished, "delivered"],
    ] as const) {
      const call = service.dispatcher.deliveries.reportPositions({ deliveryId, positions: [position(1)] });
      expect(await refusalOf(call)).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from } });
    }
  });

  it("does not know another courier's delivery", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const other = service.as(courierGrant(await service.givenCourier())).deliveries;

    const refusal = await refusalOf(other.reportPositions({ deliveryId, positions: [position(1)] }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
  });
});

describe("the purge of positions", () => {
  it("deletes them 30 days after the end of their delivery and keeps all others", async () => {
    const [old, running] = await Promise.all([service.givenPickedUp(), service.givenPickedUp()]);
    for (const { deliveryId } of [old, running]) {
      await service.dispatcher.deliveries.reportPositions({ deliveryId, positions: [position(1), position(2)] });
    }
    const end = { deliveryId: old.deliveryId, reason: FailureReason.VEHICLE_FAILURE };
    await service.dispatcher.deliveries.failDelivery(end);

    await purgePositions(service.db, new Date(Date.now() + POSITIONS_KEPT_MS - 60_000));
    expect(await storedSequences(old.deliveryId)).toEqual([1, 2]);
    await purgePositions(service.db, new Date(Date.now() + POSITIONS_KEPT_MS + 60_000));

    expect(await storedSequences(old.deliveryId)).toEqual([]);
    expect(await storedSequences(running.deliveryId)).toEqual([1, 2]);
    const status = await service.dispatcher.deliveries.getDeliveryStatus({ deliveryId: old.deliveryId });
    expect(status.lastPosition).toBeUndefined();
  });

  it("takes no more at once than it may, and goes on where it was", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const positions = Array.from({ length: 25 }, (_, index) => position(index + 1));
    await service.dispatcher.deliveries.reportPositions({ deliveryId, positions });
    await service.dispatcher.deliveries.failDelivery({ deliveryId, reason: FailureReason.VEHICLE_FAILURE });
    const before = new Date(Date.now() + 60_000);
    const purge = () => deletePositionsFinishedBefore(service.db, before, { deliveries: 1, positions: 10 });

    expect(await purge()).toEqual({ deliveries: 0, positions: 10 });
    expect(await purge()).toEqual({ deliveries: 0, positions: 10 });
    expect(await storedSequences(deliveryId)).toHaveLength(5);
    expect(await purge()).toEqual({ deliveries: 1, positions: 5 });
    expect(await storedSequences(deliveryId)).toEqual([]);
  });
});

function position(sequence: number, deviceMs = sequence * 1_000) {
  return {
    deviceSequence: BigInt(sequence),
    deviceTime: timestampFromMs(deviceMs),
    latitude: 50 + sequence / 1_000,
    longitude: 13,
  };
}

async function storedSequences(deliveryId: string): Promise<number[]> {
  const { rows } = await service.db.query<{ device_sequence: string }>(
    "stored_sequences",
    "select device_sequence from positions where delivery_id = $1 order by device_sequence",
    [deliveryId],
  );
  return rows.map((row) => Number(row.device_sequence));
}
