import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";
import type { TlsFiles } from "@animal-delivery/platform/tls/watch-tls";

/** An https address in front of an http one. */
export interface TlsProxy extends AsyncDisposable {
  readonly url: string;
}

export async function tlsProxy(target: string, { certFile, keyFile }: TlsFiles): Promise<TlsProxy> {
  const { hostname, port } = new URL(target);
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  const proxy = createServer({ cert, key }, (client) => {
    const server = connect(Number(port), hostname);
    client.on("error", () => server.destroy());
    server.on("error", () => client.destroy());
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = { hostname: "127.0.0.1", port: String((proxy.address() as AddressInfo).port) };
  return {
    url: Object.assign(new URL(target.replace(/^http:/, "https:")), address).href,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, "close");
      proxy.close();
      await closed;
    },
  };
}
