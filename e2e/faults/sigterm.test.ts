// SIGTERM in the middle of load: what was begun is answered, what was not is refused, streams end where they can be resumed,
// and the next start has everything.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import type { Api } from "../src/api.ts";
import { processesNaming } from "../src/kill.ts";
import type { OrderLoad } from "../src/order-load.ts";
import { readStream, type StreamEvent } from "../src/sse.ts";
import { expectStatus, givenDelivery, givenFreeCourier } from "../src/story.ts";
import { expectEachOrderOnce, expectProgress, givenOrderLoad } from "./order-checks.ts";
import { startOwnPlatform } from "./own-platform.ts";

/** It takes about 2 s; the gateway, and after it the services, may take 5 s each before they cut what they still do. */
const STOP_MS_MAX = 10_000;
/** What fetch says when the connection was refused, or closed before an answer began. One cut in its middle is `terminated`. */
const NO_CONNECTION = "fetch failed";

const platform = await startOwnPlatform();
afterAll(() => platform[Symbol.asyncDispose]());

it("ends in order under load, and goes on after the next start", async () => {
  const load = await givenOrderLoad(platform);
  const [customer, courier] = [await platform.signIn("customer"), await platform.signIn("courier")];
  const deliveryId = await givenAssignedDelivery(await givenAcknowledged(load, customer), courier);
  const stream = follow(deliveryId, customer);
  load.start(customer);
  await expectProgress(load);
  await expect.poll(() => stream.events).not.toEqual([]);
  await sleep(Math.random() * 500);

  const toldAt = performance.now();
  expect(await platform.process().stop()).toBe(0);

  expect(performance.now() - toldAt).toBeLessThan(STOP_MS_MAX);
  expect(await processesNaming(platform.dataDir)).toEqual([]);
  await load.stop();
  const expected = [NO_CONNECTION, "503 /problems/common/unavailable"];
  expect([...load.failures.keys()].filter((why) => !expected.includes(why))).toEqual([]);
  await stream.ended;
  const resumeAt = stream.events.findLast(({ id }) => id !== "")?.id ?? "";
  expect(resumeAt).not.toBe("");

  await platform.startAgain();
  expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:pickUp`), 200);
  expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:complete`), 200);
  const resumed = follow(deliveryId, customer, resumeAt);
  await resumed.ended;
  expect(resumed.events.map(told)).toEqual(["DELIVERY_STATUS_PICKED_UP", "DELIVERY_STATUS_DELIVERED"]);
  await expectEachOrderOnce(load, platform);
});

/** One order of the load, placed now. */
async function givenAcknowledged(load: OrderLoad, customer: Api): Promise<string> {
  const key = randomUUID();
  expect(await load.place(customer, key)).toBe(true);
  return load.orders.get(key) ?? "";
}

async function givenAssignedDelivery(orderId: string, courier: Api): Promise<string> {
  const dispatcher = await platform.signIn("dispatcher");
  const deliveryId = await givenDelivery(dispatcher, orderId);
  await givenFreeCourier(courier, dispatcher);
  const assigned = await dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, { courier_id: courier.subject });
  expectStatus(assigned, 200);
  return deliveryId;
}

/** Follows a delivery until its stream ends. `ended` rejects when the stream was cut instead. */
function follow(deliveryId: string, { token }: Api, lastEventId?: string) {
  const url = `${platform.process().baseUrl}/v1/deliveries/${deliveryId}/track`;
  const events: StreamEvent[] = [];
  const ended = (async () => {
    for await (const event of readStream(url, { token, ...(lastEventId && { lastEventId }) })) events.push(event);
  })();
  // It is awaited when the platform has ended; until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  return { events, ended };
}

/** The status that an event tells. */
function told({ data }: StreamEvent): string | undefined {
  return /DELIVERY_STATUS_(?!ASSIGNED)\w+/u.exec(JSON.stringify(data))?.[0];
}
