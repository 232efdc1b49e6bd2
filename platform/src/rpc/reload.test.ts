import { connect, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";
import type { TlsKeys, TlsMaterial } from "../tls/watch-tls.ts";

const orderId = "0198f0a0-0000-7000-8000-000000000001";

let old: TestCertificates;
let fresh: TestCertificates;
beforeAll(async () => {
  const names = ["orders", "api-gateway"];
  [old, fresh] = await Promise.all([testCertificates(names), testCertificates(names)]);
});
afterAll(() => Promise.all([old[Symbol.asyncDispose](), fresh[Symbol.asyncDispose]()]));

describe("new certificates", () => {
  it("are used by server and client without a restart, and calls go on", async () => {
    const serverTls = replaceable(old.tlsOf("orders").current());
    const clientTls = replaceable(old.tlsOf("api-gateway").current());
    await using orders = await rpcFixture({ certificates: old, routes, server: { tls: serverTls } });
    const client = orders.client(OrderService, "api-gateway", { tls: clientTls });
    await client.getOrder({ orderId }, as("ada", "customer"));
    const before = await fingerprintAt(orders.server.port, clientTls.current());

    // Another authority altogether: the old client could not even speak to the new server.
    serverTls.replace(fresh.tlsOf("orders").current());
    clientTls.replace(fresh.tlsOf("api-gateway").current());

    await expect(client.getOrder({ orderId }, as("ada", "customer"))).resolves.toBeDefined();
    expect(await fingerprintAt(orders.server.port, clientTls.current())).not.toBe(before);
  });
});

function routes(router: ConnectRouter): void {
  router.service(OrderService, { getOrder: () => ({}) });
}

function replaceable(keys: TlsKeys): TlsMaterial & { replace(keys: TlsKeys): void } {
  let current = keys;
  const listeners = new Set<(keys: TlsKeys) => void>();
  return {
    current: () => current,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    replace: (next) => {
      current = next;
      for (const listener of listeners) listener(next);
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** The fingerprint of the certificate that new connections are shown. */
async function fingerprintAt(port: number, keys: TlsKeys): Promise<string> {
  const socket: TLSSocket = connect({ port, host: "127.0.0.1", ...keys, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
