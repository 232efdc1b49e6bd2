import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { AssignerProtocol } from "kafkajs";
import { describe, expect, it, vi } from "vitest";

// What the patch of kafkajs mends, inside the library: whoever raises its version sees here whether it still needs mending.
const require = createRequire(import.meta.url);
const RequestQueue = require("kafkajs/src/network/requestQueue");
const createSendMessages = require("kafkajs/src/producer/sendMessages");
const ConsumerGroup = require("kafkajs/src/consumer/consumerGroup");
const Connection = require("kafkajs/src/network/connection");
const createSocketFactory = require("kafkajs/src/network/socketFactory");

const { MemberAssignment } = AssignerProtocol;
const NOTHING = Buffer.alloc(0);
const log = Object.fromEntries(["debug", "info", "warn", "error"].map((level) => [level, () => undefined]));
const logger = { ...log, namespace: () => log };
const noMetadata = { refreshMetadata: async () => undefined, refreshMetadataIfNecessary: async () => undefined };

describe("the patched kafkajs", () => {
  it("keeps no timer running on an idle connection", () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    const queue = new RequestQueue({ logger, requestTimeout: 1_000, enforceRequestTimeout: false, broker: "a:1" });

    queue.scheduleCheckPendingRequests();

    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  it("sends a partition whose leader moved to a broker that has answered already", async () => {
    const produced: [broker: string, partitions: number[]][] = [];
    let leaderOf1 = "b";
    const brokerOf = (nodeId: string) => ({
      nodeId,
      async produce({ topicData }: { topicData: { topic: string; partitions: { partition: number }[] }[] }) {
        const partitions = topicData.flatMap((each) => each.partitions.map(({ partition }) => partition));
        produced.push([nodeId, partitions]);
        if (nodeId === "b") {
          leaderOf1 = "a";
          throw Object.assign(new Error("moved"), { name: "KafkaJSProtocolError", retriable: true });
        }
        return {
          topics: [{ topicName: "t", partitions: partitions.map((partition) => ({ partition, errorCode: 0 })) }],
        };
      },
    });
    const brokers: Record<string, ReturnType<typeof brokerOf>> = { a: brokerOf("a"), b: brokerOf("b") };
    const cluster = {
      ...noMetadata,
      isConnected: () => true,
      addMultipleTargetTopics: async () => undefined,
      findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
      findLeaderForPartitions: (_: string, partitions: string[]) =>
        Object.groupBy(partitions.map(Number), (partition) => (partition === 0 ? "a" : leaderOf1)),
      findBroker: async ({ nodeId }: { nodeId: string }) => brokers[nodeId],
    };
    const eosManager = {
      acquireBrokerLock: async () => undefined,
      releaseBrokerLock: async () => undefined,
      isTransactional: () => false,
      getSequence: () => 0,
      updateSequence: () => undefined,
      getProducerId: () => 1,
      getProducerEpoch: () => 0,
    };
    const partitioner = ({ message }: { message: { partition: number } }) => message.partition;
    const retrier = retryAtOnce;
    const send = createSendMessages({ logger, cluster, partitioner, eosManager, retrier });

    const answer = await send({
      acks: -1,
      topicMessages: [{ topic: "t", messages: [{ partition: 0 }, { partition: 1 }] }],
    });

    expect(answer.map(({ partition }: { partition: number }) => partition)).toEqual([0, 1]);
    expect(produced).toEqual([
      ["a", [0]],
      ["b", [1]],
      ["a", [1]],
    ]);
  });

  it("neither sends nor connects again for a producer that was disconnected", async () => {
    let isEnded = false;
    let attempts = 0;
    const cluster = {
      ...noMetadata,
      isConnected: () => false,
      connect: () => Promise.reject(new Error("connected again")),
      async addMultipleTargetTopics() {
        attempts += 1;
      },
      findTopicPartitionMetadata() {
        isEnded = true;
        throw Object.assign(new Error("closed"), { retriable: true });
      },
    };
    const send = createSendMessages({ logger, cluster, retrier: retryAtOnce, isEnded: () => isEnded });
    const topicMessages = [{ topic: "t", messages: [{ partition: 0 }] }];

    await expect(send({ acks: -1, topicMessages })).rejects.toThrow("closed");
    await expect(send({ acks: -1, topicMessages })).rejects.toThrow("disconnected");
    expect(attempts).toBe(1);
  });

  it("joins a group once, however many fetchers ask for it, and drops what was fetched before", async () => {
    const answered = Promise.withResolvers<void>();
    let joins = 0;
    const coordinator = {
      isConnected: () => true,
      async joinGroup() {
        joins += 1;
        return { generationId: joins, leaderId: "other", memberId: "me", members: [], groupProtocol: "p" };
      },
      async syncGroup() {
        return { memberAssignment: MemberAssignment.encode({ version: 0, assignment: { t: [0] }, userData: NOTHING }) };
      },
      offsetFetch: async () => ({ responses: [{ topic: "t", partitions: [{ partition: 0, offset: "5" }] }] }),
    };
    const messages = [{ offset: "5", isControlRecord: false }];
    const fetched = { responses: [{ topicName: "t", partitions: [{ partition: 0, highWatermark: "6", messages }] }] };
    const committed = {};
    const cluster = {
      ...noMetadata,
      findGroupCoordinator: async () => coordinator,
      committedOffsets: () => committed,
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
      findBroker: async () => ({ fetch: () => answered.promise.then(() => fetched) }),
    };
    const instrumentationEmitter = { emit: () => undefined };
    const options = { groupId: "g", topics: ["t"], topicConfigurations: {}, assigners: [], retry: { retries: 0 } };
    const group = new ConsumerGroup({ ...options, cluster, logger, instrumentationEmitter });

    await Promise.all([group.joinAndSync(), group.joinAndSync()]);
    expect(joins).toBe(1);
    const late = group.fetch(1);
    await group.joinAndSync();
    answered.resolve();

    expect(await late).toEqual([]);
    expect(await group.fetch(1)).toHaveLength(1);
  });
});

describe("a connection of the patched kafkajs", () => {
  it("adds nothing to a socket that is gone, however often it is told to end", async () => {
    await using broker = await givenBroker();
    const connection = await connectTo(broker);
    broker.connections[0]?.resetAndDestroy();
    await expect.poll(() => connection.socket.destroyed).toBe(true);

    for (let times = 0; times < 20; times += 1) await connection.disconnect();

    expect(connection.socket.listenerCount("connect")).toBe(0);
  });

  it("does not stay half open when the broker never answers its end", async () => {
    await using broker = await givenBroker();
    const connection = await connectTo(broker);

    await connection.disconnect();

    await expect.poll(() => connection.socket.destroyed).toBe(true);
  });
});

/** A broker that takes connections, and never ends one. */
async function givenBroker() {
  const connections: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket.on("error", () => undefined).resume());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    connections,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await once(server.close(), "close");
    },
  };
}

async function connectTo({ port, connections }: Awaited<ReturnType<typeof givenBroker>>) {
  const times = { requestTimeout: 1_000, connectionTimeout: 1_000, enforceRequestTimeout: false };
  const connection = new Connection({
    host: "127.0.0.1",
    port,
    logger,
    socketFactory: createSocketFactory(),
    ...times,
  });
  await connection.connect();
  await expect.poll(() => connections).toHaveLength(1);
  return connection as { readonly socket: Socket; disconnect(): Promise<void> };
}

/** kafkajs's retrier without its pauses. */
async function retryAtOnce<T>(work: (bail: (error: Error) => void) => Promise<T>): Promise<T> {
  for (;;) {
    let bailed: Error | undefined;
    try {
      return await work((error) => {
        bailed = error;
        throw error;
      });
    } catch (error) {
      if (bailed ?? (error as { retriable?: boolean }).retriable !== true) throw error;
    }
  }
}
