// Following a delivery by server-sent events: cut anywhere, a client that resumes misses nothing and sees nothing twice.
import { beforeAll, describe, expect, inject, it } from "vitest";
import { textAt, type Api } from "../src/api.ts";
import { as } from "../src/people.ts";
import { readStream, type StreamEvent } from "../src/sse.ts";
import { expectStatus, givenDelivery, givenFreeCourier, givenOrder, givenProduct } from "../src/story.ts";

const target = inject("target");
let customer: Api;
let courier: Api;
let dispatcher: Api;
let admin: Api;

beforeAll(async () => {
  [customer, courier, dispatcher, admin] = await Promise.all([
    as(target, "customer"),
    as(target, "courier"),
    as(target, "dispatcher"),
    as(target, "admin"),
  ]);
});

/** A delivery whose courier is on the way to the animal. */
async function givenAssignedDelivery(): Promise<string> {
  const deliveryId = await givenDelivery(dispatcher, await givenOrder(customer, await givenProduct(admin)));
  await givenFreeCourier(courier, dispatcher);
  const assigned = await dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, { courier_id: courier.subject });
  expectStatus(assigned, 200);
  return deliveryId;
}

/** Pick-up, `positions` reports one by one, hand-over. */
async function drive(deliveryId: string, positions: number): Promise<void> {
  expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:pickUp`), 200);
  for (let sequence = 1; sequence <= positions; sequence += 1) {
    const position = {
      device_sequence: String(sequence),
      device_time: new Date().toISOString(),
      latitude: 52 + sequence / 1000,
      longitude: 13,
    };
    expectStatus(await courier.post(`/v1/deliveries/${deliveryId}/positions`, { positions: [position] }), 200);
  }
  expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:complete`), 200);
}

/** What an event tells, without its id. */
function toldBy(event: StreamEvent): string {
  const { resume_token: _, ...told } = event.data as Record<string, unknown>;
  return JSON.stringify(told);
}

/** Reads until the stream ends by itself, cut off at random up to `cutMax` events after each (re)connection. */
async function followWithCuts(deliveryId: string, cutMax: number): Promise<StreamEvent[]> {
  const seen: StreamEvent[] = [];
  for (;;) {
    const cutAfter = 1 + Math.floor(Math.random() * cutMax);
    const lastEventId = seen.at(-1)?.id;
    let received = 0;
    for await (const event of readStream(`${target.baseUrl}/v1/deliveries/${deliveryId}/track`, {
      token: customer.token,
      ...(lastEventId === undefined ? {} : { lastEventId }),
    })) {
      seen.push(event);
      received += 1;
      if (isFinal(event)) return seen;
      if (received >= cutAfter) break;
    }
  }
}

function isFinal(event: StreamEvent): boolean {
  return JSON.stringify(event.data).includes("DELIVERY_STATUS_DELIVERED");
}

describe("GET /v1/deliveries/{id}/track", () => {
  it("resumes after any cut without a gap or a duplicate", async () => {
    const deliveryId = await givenAssignedDelivery();
    const url = `${target.baseUrl}/v1/deliveries/${deliveryId}/track`;

    const whole = (async () => {
      const events: StreamEvent[] = [];
      for await (const event of readStream(url, { token: customer.token })) events.push(event);
      return events;
    })();
    const cut = followWithCuts(deliveryId, 3);
    await drive(deliveryId, 20);

    const uncut = (await whole).map(toldBy);
    const pieced = (await cut).map(toldBy);
    expect(new Set(pieced).size).toBe(pieced.length);
    // The two began at moments of their own: from the first change both saw, they must tell the same.
    const start = pieced.find((told) => !told.includes("snapshot") && uncut.includes(told)) ?? "";
    expect(pieced.slice(pieced.indexOf(start))).toEqual(uncut.slice(uncut.indexOf(start)));
    expect(uncut.filter((told) => told.includes("device_sequence"))).not.toEqual([]);
  });

  it("refuses a stranger as if the delivery were not there", async () => {
    const deliveryId = await givenDelivery(dispatcher, await givenOrder(customer, await givenProduct(admin)));
    const stranger = await as(target, "customer2");

    const answer = await stranger.get(`/v1/deliveries/${deliveryId}/track`);

    expect(answer.status).toBe(404);
    expect(textAt(answer.body, "type")).toContain("delivery-not-found");
  });
});
