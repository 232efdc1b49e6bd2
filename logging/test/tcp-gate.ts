import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands before a server; while it is closed the server looks dead: connections break, new ones are refused. */
export interface TcpGate {
  /** The server's address by way of the gate. */
  readonly url: string;
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function tcpGate(target: string): Promise<TcpGate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const pass = (client: Socket): void => {
    const server = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
      from.pipe(to);
    }
  };
  let gate: Server = createServer(pass).listen(0, "127.0.0.1");
  await once(gate, "listening");
  const { port: gatePort } = gate.address() as AddressInfo;
  return {
    url: Object.assign(new URL(target), { hostname: "127.0.0.1", port: String(gatePort) }).href,
    async close() {
      const closed = once(gate, "close");
      gate.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async open() {
      gate = createServer(pass).listen(gatePort, "127.0.0.1");
      await once(gate, "listening");
    },
  };
}
