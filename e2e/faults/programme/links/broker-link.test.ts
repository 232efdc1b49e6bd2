import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { freePort } from "@animal-delivery/platform/testing/free-port";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BrokerLink } from "./broker-link.ts";

const HOST = "127.0.0.1";

let broker: Server;
let link: BrokerLink;
let client: Socket;
/** What the broker heard and what the client heard. */
let heard: { broker: string; client: string };

/** A broker that answers each message with `re:` before it. */
beforeEach(async () => {
  heard = { broker: "", client: "" };
  broker = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.setEncoding("utf8").on("data", (text: string) => {
      heard.broker += text;
      socket.write(`re:${text}`);
    });
  }).listen(0, HOST);
  await once(broker, "listening");
  const brokerPort = (broker.address() as AddressInfo).port;
  link = await BrokerLink.open({ host: HOST, port: await freePort(), brokerHost: HOST, brokerPort });
  client = await call();
});

afterEach(async () => {
  client.destroy();
  await link[Symbol.asyncDispose]();
  broker.close();
});

describe("a link to a broker", () => {
  it("carries both directions", async () => {
    client.write("one");

    await expect.poll(() => heard).toEqual({ broker: "one", client: "re:one" });
    expect(link.lostBytes).toEqual({ requests: 0, answers: 0 });
  });

  it("loses answers to requests that arrive", async () => {
    link.hurt("answers");
    client.write("one");

    await expect.poll(() => link.lostBytes.answers).toBe("re:one".length);
    expect(heard).toEqual({ broker: "one", client: "" });
    expect(client.destroyed).toBe(false);
  });

  it("loses requests", async () => {
    link.hurt("requests");
    client.write("one");

    await expect.poll(() => link.lostBytes.requests).toBe("one".length);
    expect(heard).toEqual({ broker: "", client: "" });
  });

  it("ends what lost something when it is mended, and carries new connections", async () => {
    const torn = client;
    link.hurt("requests");
    torn.write("one");
    await expect.poll(() => link.lostBytes.requests).toBeGreaterThan(0);

    link.mend();

    await expect.poll(() => torn.destroyed).toBe(true);
    client = await call();
    client.write("two");
    await expect.poll(() => heard).toEqual({ broker: "two", client: "re:two" });
  });

  it("keeps a connection that lost nothing when it is mended", async () => {
    link.hurt("requests");
    link.mend();

    client.write("one");

    await expect.poll(() => heard.client).toBe("re:one");
    expect(link.cut).toBe(0);
  });

  it("cuts every connection, and those that come while it is cut", async () => {
    link.hurt("cut");

    await expect.poll(() => client.destroyed).toBe(true);
    const refused = connect(link.addresses.port, HOST).on("error", () => undefined);
    await expect.poll(() => refused.destroyed).toBe(true);
    expect(link.cut).toBe(2);
  });
});

async function call(): Promise<Socket> {
  const socket = connect(link.addresses.port, HOST).on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard.client += text;
  });
  await once(socket, "connect");
  return socket;
}
