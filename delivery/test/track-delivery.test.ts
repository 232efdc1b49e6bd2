import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import {
  DeliveryStatus,
  type TrackDeliveryResponse,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { fromConnectError } from "@animal-delivery/platform/error-codes";
import {
  courierGrant,
  customerGrant,
  dispatcherGrant,
  givenDeliveryService,
  givenReplica,
  type DeliveryFixture,
} from "./fixture.ts";

let service: DeliveryFixture;
const stopPoll = new AbortController();
let polled: Promise<void>;
beforeAll(async () => {
  service = await givenDeliveryService();
  polled = service.feed.task.run(stopPoll.signal);
});
afterAll(async () => {
  stopPoll.abort();
  await polled;
  await service[Symbol.asyncDispose]();
});

describe("TrackDelivery", () => {
  it("starts with where the delivery stands", async () => {
    const { deliveryId, courierId } = await service.givenAssigned("anna");
    await report(deliveryId, 4);

    const [first] = await follow({ deliveryId, who: customerGrant("anna"), until: 1 });

    expect(first?.update).toMatchObject({
      case: "snapshot",
      value: { status: DeliveryStatus.ASSIGNED, courierId, lastPosition: { deviceSequence: 4n } },
    });
  });

  it("tells each change and ends with the final status", async () => {
    const { deliveryId } = await service.givenAssigned();
    const told = await follow({ deliveryId, after: () => finishWithPositions(deliveryId) });

    expect(told.map(textOf)).toEqual(["snapshot 2", "position 1", "status 3", "position 2", "position 5", "status 4"]);
  });

  it("ends after the snapshot of a finished delivery", async () => {
    const { deliveryId } = await service.givenAssigned();
    await finishWithPositions(deliveryId);

    const told = await follow({ deliveryId });

    expect(told.map(textOf)).toEqual(["snapshot 4"]);
  });

  it("goes on after any message it sent without a gap or a duplicate", async () => {
    const { deliveryId } = await service.givenAssigned();
    const whole = await follow({ deliveryId, after: () => finishWithPositions(deliveryId) });

    for (const [cut, message] of whole.entries()) {
      const rest = await follow({ deliveryId, resumeToken: message.resumeToken });
      expect(rest).toEqual(whole.slice(cut + 1));
    }
  });

  it("goes on after a cut at any moment while changes happen", async () => {
    const { deliveryId } = await service.givenAssigned();
    const told: TrackDeliveryResponse[] = await follow({ deliveryId, until: 1 });
    const driven = finishWithPositions(deliveryId);

    while (textOf(told.at(-1)) !== "status 4") {
      told.push(...(await follow({ deliveryId, resumeToken: told.at(-1)?.resumeToken ?? "", until: 1 })));
    }
    await driven;

    expect(told.map(textOf)).toEqual(["snapshot 2", "position 1", "status 3", "position 2", "position 5", "status 4"]);
    const seqs = told.map(({ resumeToken }) => Number(resumeToken));
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  it("follows a delivery whose id is written in capitals", async () => {
    const { deliveryId } = await service.givenAssigned();

    const told = await follow({ deliveryId: deliveryId.toUpperCase(), after: () => finishWithPositions(deliveryId) });

    expect(told.map(textOf).at(-1)).toBe("status 4");
  });

  it("does not tell of positions that come late", async () => {
    const { deliveryId } = await service.givenPickedUp();
    await report(deliveryId, 7);
    const told = await follow({
      deliveryId,
      after: async () => {
        await report(deliveryId, 3);
        await report(deliveryId, 7);
        await service.dispatcher.deliveries.completeDelivery({ deliveryId });
      },
    });

    expect(told.map(textOf)).toEqual(["snapshot 3", "status 4"]);
  });

  it("hears of changes that another replica made", async () => {
    const other = givenReplica(service.db, service.orders.client).as(dispatcherGrant()).deliveries;
    const { deliveryId } = await service.givenAssigned();

    const told = await follow({
      deliveryId,
      after: async () => {
        await other.pickUpDelivery({ deliveryId });
        await other.completeDelivery({ deliveryId });
      },
    });

    expect(told.map(textOf)).toEqual(["snapshot 2", "status 3", "status 4"]);
  });

  it("tells a slow reader everything, at the reader's pace", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const stream = service.dispatcher.deliveries.trackDelivery({ deliveryId })[Symbol.asyncIterator]();
    await stream.next();
    for (let sequence = 1; sequence <= 250; sequence += 1) await report(deliveryId, sequence);
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    const texts: string[] = [];
    for (let item = await stream.next(); !item.done; item = await stream.next()) texts.push(textOf(item.value));

    expect(texts).toEqual([...Array.from({ length: 250 }, (_, index) => `position ${index + 1}`), "status 4"]);
  });

  it.each([
    ["another customer", customerGrant("carla")],
    ["another courier", courierGrant("boris")],
  ])("does not know the delivery for %s", async (_, who) => {
    const { deliveryId } = await service.givenAssigned("anna");

    const refusal = await refused(follow({ deliveryId, who }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
  });

  it("does not know a delivery that is not there", async () => {
    const refusal = await refused(follow({ deliveryId: randomUUID() }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
  });

  it.each(["0", "-1", "99", "garbage"])("refuses the resume token %j", async (resumeToken) => {
    const { deliveryId } = await service.givenAssigned();

    const refusal = await refused(follow({ deliveryId, resumeToken }));

    expect(refusal).toMatchObject({ kind: "invalid", reason: "RESUME_TOKEN_INVALID" });
  });

  it("lets a caller hold 16 streams, and a 17th when one of them ended", async () => {
    const { deliveryId } = await service.givenAssigned("anna");
    const leave = Array.from({ length: 16 }, () => new AbortController());
    const who = customerGrant("anna");
    const streams = leave.map(({ signal }) =>
      service.as(who).deliveries.trackDelivery({ deliveryId }, { signal })[Symbol.asyncIterator](),
    );
    onTestFinished(() => leave.forEach((one) => one.abort()));
    await Promise.all(streams.map((stream) => stream.next()));
    expect(await refused(follow({ deliveryId, who, until: 1 }))).toMatchObject({
      kind: "exhausted",
      reason: "STREAM_LIMIT_REACHED",
    });
    leave[0]?.abort();

    const [first] = await vi.waitFor(() => follow({ deliveryId, who, until: 1 }));
    expect(textOf(first)).toBe("snapshot 2");
  });

  it("gives its place back when the caller leaves while nothing happens", async () => {
    const { deliveryId } = await service.givenAssigned("lena");
    const leave = new AbortController();
    const before = (await service.metric("delivery_streams_open")) ?? 0;
    const { deliveries } = service.as(customerGrant("lena"));
    const stream = deliveries.trackDelivery({ deliveryId }, { signal: leave.signal })[Symbol.asyncIterator]();
    await stream.next();
    expect(await service.metric("delivery_streams_open")).toBe(before + 1);
    const waiting = stream.next().catch((error: unknown) => error);

    leave.abort();

    expect(await waiting).toBeInstanceOf(ConnectError);
    await expect.poll(() => service.metric("delivery_streams_open")).toBe(before);
  });
});

interface Follow {
  deliveryId: string;
  resumeToken?: string;
  who?: ReturnType<typeof dispatcherGrant>;
  /** Leaves after so many messages; stays to the end without. */
  until?: number;
  /** Done once the first message arrived. */
  after?: () => Promise<void>;
}

/** Follows a delivery and collects what it is told. */
async function follow({ deliveryId, resumeToken = "", who = dispatcherGrant(), until, after }: Follow) {
  const told: TrackDeliveryResponse[] = [];
  const leave = new AbortController();
  const { deliveries } = service.as(who);
  let happening: Promise<void> | undefined;
  for await (const message of deliveries.trackDelivery({ deliveryId, resumeToken }, { signal: leave.signal })) {
    told.push(message);
    happening ??= after?.();
    if (told.length === until) break;
  }
  leave.abort();
  await happening;
  return told;
}

async function refused(call: Promise<unknown>) {
  const error = await call.then(
    () => new Error("the stream was expected to be refused"),
    (reason: unknown) => reason,
  );
  return fromConnectError(ConnectError.from(error));
}

async function report(deliveryId: string, ...sequences: number[]): Promise<void> {
  const positions = sequences.map((sequence) => ({
    deviceSequence: BigInt(sequence),
    deviceTime: timestampFromMs(sequence),
    latitude: 52,
    longitude: 13,
  }));
  await service.dispatcher.deliveries.reportPositions({ deliveryId, positions });
}

/** Takes an assigned delivery to its end, with positions on the way: five changes. */
async function finishWithPositions(deliveryId: string): Promise<void> {
  await report(deliveryId, 1);
  await service.dispatcher.deliveries.pickUpDelivery({ deliveryId });
  await report(deliveryId, 2);
  await report(deliveryId, 5, 3, 4);
  await service.dispatcher.deliveries.completeDelivery({ deliveryId });
}

/** A message in short: `status 3`, `position 5`, `snapshot 2`. */
function textOf(message: TrackDeliveryResponse | undefined): string {
  const { update } = message ?? { update: undefined };
  if (update?.case === "position") return `position ${update.value.deviceSequence}`;
  if (update?.case === "statusChange") return `status ${update.value.status}`;
  return update?.case === "snapshot" ? `snapshot ${update.value.status}` : "nothing";
}
