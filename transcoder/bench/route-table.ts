// How long the way from a request to its route and message takes, without any RPC: `node transcoder/bench/route-table.ts`.
import { CourierService } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { GetProductResponseSchema, ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { create } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { routesOf } from "../src/route.ts";
import { createRouteTable } from "../src/route-table.ts";
import { createTranscoder } from "../src/transcoder.ts";

const services = [ProductService, OrderService, DeliveryService, CourierService, LogService];
const path = "/v1/products/01982f5e-7c00-7000-8000-000000000001";
const product = { title: "Siberian kitten", price: { amountMinor: 95_000n, currency: "EUR" }, stock: 5, etag: "7" };
const answer = create(GetProductResponseSchema, { product });

/** Answers at once: what is measured is the transcoder. */
const transport = {
  unary: async () => ({ message: answer }),
} as unknown as Transport;

const table = createRouteTable(services.flatMap(routesOf));
const transcoder = createTranscoder({
  services,
  transport: () => transport,
  bodyBytesMax: 1_048_576,
  admit: () => ({}),
  problem: (error) => {
    throw error;
  },
});

async function measure(name: string, times: number, work: () => unknown): Promise<void> {
  for (let warm = 0; warm < times / 10; warm += 1) await work();
  const start = process.hrtime.bigint();
  for (let done = 0; done < times; done += 1) await work();
  const microseconds = Number(process.hrtime.bigint() - start) / 1_000 / times;
  process.stdout.write(`${name}: ${microseconds.toFixed(2)} µs\n`);
}

await measure("find a route", 1_000_000, () => table.find("GET", path));
await measure("build a Request and nothing more", 100_000, () => new Request(`http://localhost${path}`));
await measure("answer GET with one message", 100_000, async () => {
  const response = await transcoder.handle(new Request(`http://localhost${path}`), undefined);
  return response.status;
});
