import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "@connectrpc/connect";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { grantKey } from "@animal-delivery/platform/rpc/grant";
import { startRpcServer, type RpcServer } from "@animal-delivery/platform/rpc/server";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { certificateFiles, developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import { watchTls, type TlsMaterial } from "@animal-delivery/platform/tls/watch-tls";
import { dispatcherGrant, givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
let folder: string;
let tls: TlsMaterial;
let server: RpcServer;
let deliveries: Client<typeof DeliveryService>;

beforeAll(async () => {
  service = await givenDeliveryService();
  folder = await mkdtemp(join(tmpdir(), "delivery-tls-"));
  await developmentCertificates(folder, ["delivery"]);
  tls = watchTls(certificateFiles(folder, "delivery"));
  server = await startServer();
  deliveries = clientOf(server);
});
afterAll(async () => {
  await server.drain(1_000);
  tls[Symbol.dispose]();
  await rm(folder, { recursive: true });
  await service[Symbol.asyncDispose]();
});

describe("TrackDelivery over HTTP/2", () => {
  it("gives its place back when the caller leaves while nothing happens", async () => {
    const { deliveryId } = await service.givenAssigned();
    // Connect's client cancels by its signal alone: breaking off the loop leaves the stream open.
    const leave = new AbortController();
    const stream = deliveries.trackDelivery({ deliveryId }, { signal: leave.signal })[Symbol.asyncIterator]();
    await stream.next();
    expect(await service.metric("delivery_streams_open")).toBe(1);

    leave.abort();

    await expect.poll(() => service.metric("delivery_streams_open"), { timeout: 5_000 }).toBe(0);
  });

  it("ends UNAVAILABLE when the server drains, and goes on at another without a gap", async () => {
    const { deliveryId } = await service.givenAssigned();
    const draining = await startServer();
    const stream = clientOf(draining).trackDelivery({ deliveryId })[Symbol.asyncIterator]();
    const first = await stream.next();

    const next = refusalOf(stream.next());
    await draining.drain(1_000);
    expect(await next).toMatchObject({ kind: "unavailable" });
    await service.dispatcher.deliveries.pickUpDelivery({ deliveryId });
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    const { resumeToken = "" } = first.done ? {} : first.value;
    const told = await Array.fromAsync(deliveries.trackDelivery({ deliveryId, resumeToken }));
    expect(told.map((message) => message.resumeToken)).toEqual(["3", "4"]);
  });
});

function startServer(): Promise<RpcServer> {
  return startRpcServer({
    name: "delivery",
    host: "127.0.0.1",
    port: 0,
    tls,
    routes: service.routes,
    authenticate: {
      authenticate: async ({ values }) => void values.set(grantKey, dispatcherGrant()),
      recheck: () => undefined,
    },
    telemetry: service.telemetry,
  });
}

function clientOf({ port }: RpcServer): Client<typeof DeliveryService> {
  return createRpcClient(DeliveryService, { address: `https://127.0.0.1:${port}`, tls, telemetry: service.telemetry });
}
