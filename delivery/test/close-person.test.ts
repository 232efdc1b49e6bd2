// Closes and opens people against a real PostgreSQL, beside assignments that come over RPC.
import { randomUUID } from "node:crypto";
import { ConnectError } from "@connectrpc/connect";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryStatus, FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { fromConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closePerson } from "../src/app/close-person.ts";
import { reopenPerson } from "../src/app/reopen-person.ts";
import { givenDeliveryService, selfGrant, type DeliveryFixture } from "./fixture.ts";

const ROUNDS = 200;

/** Races at once. */
const LANES = 4;

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("ClosePerson", () => {
  it("lets the person carry no delivery any more", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);
    await close(courierId);

    const refusal = await refusalOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }));

    expect(refusal).toMatchObject({ kind: "refused", reason: "PERSON_CLOSED", metadata: { person_id: courierId } });
    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery?.status).toBe(DeliveryStatus.PENDING);
  });

  it("lets a courier go off duty and not on duty again", async () => {
    const courierId = await service.givenCourier();
    await close(courierId);
    const { couriers } = service.as(selfGrant(courierId));

    await couriers.setAvailability({ courierId, availability: Availability.OFF_DUTY });
    const refusal = await refusalOf(couriers.setAvailability({ courierId, availability: Availability.AVAILABLE }));

    expect(refusal.reason).toBe("PERSON_CLOSED");
  });

  it("lets nobody register the person as a courier", async () => {
    const courierId = randomUUID();
    await close(courierId);

    const refusal = await refusalOf(service.as(selfGrant(courierId)).couriers.registerCourier({ displayName: "B" }));

    expect(refusal.reason).toBe("PERSON_CLOSED");
    expect((await refusalOf(service.dispatcher.couriers.getCourier({ courierId }))).reason).toBe("COURIER_NOT_FOUND");
  });

  it("is refused while they carry a delivery, until it is over", async () => {
    const { deliveryId, courierId } = await service.givenPickedUp();

    await expect(close(courierId)).rejects.toMatchObject({
      kind: "refused",
      reason: "PERSON_BUSY",
      metadata: { delivery_id: deliveryId },
    });
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });
    await expect(close(courierId)).resolves.toBeUndefined();
  });

  it("is refused while a delivery that they ordered is under way, until it is over", async () => {
    const customerId = randomUUID();
    const deliveryId = await service.givenDelivery(customerId);

    await expect(close(customerId)).rejects.toMatchObject({ reason: "PERSON_BUSY" });
    await service.dispatcher.deliveries.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_ABSENT });
    await expect(close(customerId)).resolves.toBeUndefined();
  });

  it("may come again", async () => {
    const personId = randomUUID();
    await close(personId);

    await expect(close(personId)).resolves.toBeUndefined();
  });

  it("waits for an assignment that is being made, and is refused then", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);
    const gate = Promise.withResolvers<void>();
    // The person is locked in the statement that locks the courier's row, and before it.
    const holding = service.db.transaction(async (tx) => {
      await tx.query("hold", "select from couriers where courier_id = $1 for update", [courierId]);
      await gate.promise;
    });
    const assigning = service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });
    await expect.poll(waitingForLock, SOON).toBe(1);

    const closing = reasonOf(close(courierId));
    await expect.poll(waitingForLock, SOON).toBe(2);
    gate.resolve();

    expect(await closing).toBe("PERSON_BUSY");
    expect((await assigning).delivery?.courierId).toBe(courierId);
    await holding;
  });

  it("makes an assignment and a registration wait that come meanwhile, and refuses them then", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);
    const newcomer = randomUUID();
    const gate = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const closing = service.db.transaction(async (tx) => {
      await closePerson(tx, courierId);
      await closePerson(tx, newcomer);
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const assigning = reasonOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }));
    const registering = reasonOf(service.as(selfGrant(newcomer)).couriers.registerCourier({ displayName: "B" }));
    await expect.poll(waitingForLock, SOON).toBe(2);

    gate.resolve();

    expect(await Promise.all([assigning, registering])).toEqual(["PERSON_CLOSED", "PERSON_CLOSED"]);
    await closing;
  });

  it(`never closes a person with a delivery in hand, in ${ROUNDS} races with assignments made meanwhile`, async () => {
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const courierId = await service.givenCourier();
      const ends: RaceEnd[] = [];
      for (let round = lane; round < ROUNDS; round += LANES) ends.push(await race(courierId, round % 5));
      return ends;
    });
    const ends = (await Promise.all(lanes)).flat();

    expect(ends.filter(({ closed, carries }) => closed === carries)).toEqual([]);
    expect(ends).toHaveLength(ROUNDS);
    // Both come about, or it was no race.
    expect(new Set(ends.map(({ closed }) => closed)).size).toBe(2);
  });
});

describe("ReopenPerson", () => {
  it("lets a closed person carry deliveries again", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);
    await close(courierId);

    await reopen(courierId);

    const { delivery } = await service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });
    expect(delivery?.courierId).toBe(courierId);
  });

  it("tolerates a person who was never closed", async () => {
    await expect(reopen(randomUUID())).resolves.toBeUndefined();
  });
});

interface RaceEnd {
  readonly closed: boolean;
  readonly carries: boolean;
}

/** An assignment, and a closing that begins some statements after it; the courier is free and open again afterwards. */
async function race(courierId: string, head: number): Promise<RaceEnd> {
  const { deliveries, couriers } = service.dispatcher;
  const deliveryId = await service.givenDelivery();
  const closeLater = async () => {
    for (let n = 0; n < head; n++) await service.db.query("head", "select 1");
    return reasonOf(close(courierId));
  };
  const [closing, assigning] = await Promise.all([
    closeLater(),
    reasonOf(deliveries.assignCourier({ deliveryId, courierId })),
  ]);

  expect([undefined, "PERSON_BUSY"]).toContain(closing);
  expect([undefined, "PERSON_CLOSED"]).toContain(assigning);
  const { courier } = await couriers.getCourier({ courierId });
  await deliveries.cancelDelivery({ deliveryId, reason: "the race is over" });
  await reopen(courierId);
  return { closed: closing === undefined, carries: courier?.deliveryId === deliveryId };
}

/** Why it was refused; undefined when it went well. */
function reasonOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof DomainError ? error : fromConnectError(ConnectError.from(error))).reason,
  );
}

/** How many statements wait for a lock. */
async function waitingForLock(): Promise<number> {
  const { rows } = await service.db.query<{ n: number }>(
    "waiting",
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}

function close(personId: string): Promise<void> {
  return service.db.transaction((tx) => closePerson(tx, personId));
}

function reopen(personId: string): Promise<void> {
  return service.db.transaction((tx) => reopenPerson(tx, personId));
}
