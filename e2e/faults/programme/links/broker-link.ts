import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What clients say to a broker, and what it says to them. */
export type Direction = "requests" | "answers";

/** What may happen on a link. `cut`: connections end, and new ones do too. */
export type Hurt = Direction | "cut";

/** Where clients find a broker, and where it really is. */
export interface LinkAddresses {
  readonly host: string;
  readonly port: number;
  readonly brokerHost: string;
  readonly brokerPort: number;
}

interface Connection {
  readonly ends: readonly Socket[];
  /** Something is missing in what it carried: whatever follows would make no sense. */
  isTorn: boolean;
}

/** A way to one broker on which bytes may be lost, in each direction apart. */
export class BrokerLink implements AsyncDisposable {
  readonly addresses: LinkAddresses;
  /** Bytes that never arrived. */
  readonly lostBytes: Record<Direction, number> = { requests: 0, answers: 0 };
  /** Connections that were ended, those of torn ones included. */
  cut = 0;
  #hurt: Hurt | undefined;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;

  private constructor(addresses: LinkAddresses) {
    this.addresses = addresses;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(addresses: LinkAddresses): Promise<BrokerLink> {
    const link = new BrokerLink(addresses);
    link.#server.listen(addresses.port, addresses.host);
    await once(link.#server, "listening");
    return link;
  }

  /** From now on, on whatever connection: nothing of that direction arrives, and nobody is told; or all connections end. */
  hurt(hurt: Hurt): void {
    this.#hurt = hurt;
    if (hurt === "cut") this.#end([...this.#connections]);
  }

  /** Everything arrives again. Connections that lost something end, as they do when nothing is acknowledged for long. */
  mend(): void {
    this.#hurt = undefined;
    this.#end([...this.#connections].filter(({ isTorn }) => isTorn));
  }

  /** How much was lost of what is hurt now. */
  harm(hurt: Hurt): number {
    return hurt === "cut" ? this.cut : this.lostBytes[hurt];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hurt("cut");
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#hurt === "cut") {
      client.on("error", () => undefined).resetAndDestroy();
      this.cut += 1;
      return;
    }
    const broker = connect(this.addresses.brokerPort, this.addresses.brokerHost);
    const connection: Connection = { ends: [client, broker], isTorn: false };
    this.#connections.add(connection);
    this.#carry(connection, "requests", client, broker);
    this.#carry(connection, "answers", broker, client);
  }

  #carry(connection: Connection, direction: Direction, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on("data", (bytes) => {
      if (this.#hurt === direction || connection.isTorn) this.#lose(connection, direction, bytes.length);
      else if (!to.write(bytes)) from.pause();
    });
    to.on("drain", () => from.resume());
    // `close` follows.
    from.on("error", () => undefined);
    from.on("close", () => {
      if (this.#hurt === direction) this.#lose(connection, direction, 0);
      else to.destroy();
      if (connection.ends.every((end) => end.destroyed)) this.#connections.delete(connection);
    });
  }

  #lose(connection: Connection, direction: Direction, bytes: number): void {
    connection.isTorn = true;
    this.lostBytes[direction] += bytes;
  }

  #end(connections: readonly Connection[]): void {
    for (const connection of connections) {
      this.#connections.delete(connection);
      this.cut += 1;
      for (const end of connection.ends) end.resetAndDestroy();
    }
  }
}
