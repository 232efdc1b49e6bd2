import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { refusalOf } from "../testing/refusal.ts";
import { rpcFixture } from "../testing/rpc-fixture.ts";

const buf = new URL("../../../contracts/node_modules/.bin/buf", import.meta.url).pathname;

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "api-gateway", "logging"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("reflection", () => {
  it("shows a stranger's tool the services and their methods", async () => {
    await using orders = await rpcFixture({ certificates, routes });

    expect(await curl(orders.address, ["--list-services"])).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "orders.v1.OrderService",
    ]);
    expect(await curl(orders.address, ["--list-methods"])).toContain("orders.v1.OrderService/GetOrder");
  }, 30_000);

  it("lets it call a method without the proto files", async () => {
    await using orders = await rpcFixture({ certificates, routes });

    const lines = await curl(orders.address, ["-d", "{}"], "/grpc.health.v1.Health/Check");

    expect(JSON.parse(lines.join(""))).toEqual({ status: "SERVING" });
  }, 30_000);
});

describe("health", () => {
  it("answers for the server and for each service", async () => {
    await using orders = await rpcFixture({ certificates, routes });
    const health = orders.client(Health, "logging");

    expect(await health.check({})).toMatchObject({ status: Status.SERVING });
    expect(await health.check({ service: OrderService.typeName })).toMatchObject({ status: Status.SERVING });
    expect(await refusalOf(health.check({ service: "orders.v1.Nothing" }))).toMatchObject({ kind: "notFound" });
  });

  it("tells a watcher of each change", async () => {
    let serving = true;
    await using orders = await rpcFixture({ certificates, routes, server: { isServing: () => serving } });
    const seen: Status[] = [];

    for await (const { status } of orders.client(Health).watch({})) {
      seen.push(status);
      serving = false;
      if (seen.length === 2) break;
    }

    expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING]);
  });

  it("tells a watcher of a service that is not there", async () => {
    await using orders = await rpcFixture({ certificates, routes });

    for await (const { status } of orders.client(Health).watch({ service: "orders.v1.Nothing" })) {
      expect(status).toBe(Status.SERVICE_UNKNOWN);
      break;
    }
  });
});

function routes(router: ConnectRouter): void {
  router.service(OrderService, {});
}

/** The output lines of `buf curl`, a client that shares no code with ours. */
async function curl(address: string, args: string[], path = ""): Promise<string[]> {
  const { certFile, keyFile, caFile } = certificates.filesOf("api-gateway");
  const tls = ["--protocol", "grpc", "--cacert", caFile, "--cert", certFile, "--key", keyFile];
  const { stdout } = await promisify(execFile)(buf, ["curl", ...tls, ...args, `${address}${path}`]);
  return stdout.trim().split("\n");
}
