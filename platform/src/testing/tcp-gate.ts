import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands before a server, and may be in its way. */
export interface TcpGate {
  /** The server's address by way of the gate. */
  readonly url: string;
  /** The server looks dead: connections break, new ones are refused. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** The server looks hung: it takes what it is sent, and nothing arrives there. `open` brings it there. */
  hang(): void;
  /** What is sent arrives and is done; in place of each answer the connection breaks. Until `open`. */
  loseAnswers(): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export async function tcpGate(target: string): Promise<TcpGate> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let mode: "open" | "hung" | "answers lost" = "open";
  const pass = (client: Socket): void => {
    const pair = { client, server: connect(Number(port), hostname) };
    pairs.add(pair);
    join(pair, () => mode === "answers lost");
    client.on("close", () => pairs.delete(pair));
    if (mode === "hung") pair.client.pause();
  };
  let gate: Server = createServer(pass).listen(0, "127.0.0.1");
  await once(gate, "listening");
  const { port: gatePort } = gate.address() as AddressInfo;
  return {
    url: Object.assign(new URL(target), { hostname: "127.0.0.1", port: String(gatePort) }).href,
    async close() {
      const closed = once(gate, "close");
      gate.close();
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.destroy();
      await closed;
    },
    async open() {
      mode = "open";
      for (const { client } of pairs) client.resume();
      if (gate.listening) return;
      gate = createServer(pass).listen(gatePort, "127.0.0.1");
      await once(gate, "listening");
    },
    hang() {
      mode = "hung";
      for (const { client } of pairs) client.pause();
    },
    loseAnswers() {
      mode = "answers lost";
    },
  };
}

function join({ client, server }: Pair, losesAnswers: () => boolean): void {
  client.on("data", (chunk: Buffer) => server.write(chunk));
  server.on("data", (chunk: Buffer) => (losesAnswers() ? client.destroy() : client.write(chunk)));
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on("error", () => other.destroy());
    socket.on("close", () => other.destroy());
  }
}
