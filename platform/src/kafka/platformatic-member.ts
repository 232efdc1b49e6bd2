import type { EventEmitter } from "node:events";
import { Consumer, findErrorBy, type ConsumerGroupJoinPayload } from "@platformatic/kafka";
import { aborted } from "../aborted.ts";
import type { KafkaOptions } from "../bus/bus-options.ts";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";
import { within } from "../within.ts";
import type { Membership } from "./driver.ts";
import { createHalts } from "./halts.ts";
import { CLOSE_MS_MAX, DRAIN_MS, HAND_OVER_MS, HEARTBEAT_MS, REBALANCE_MS, SESSION_MS } from "./limits.ts";
import { platformaticOptions } from "./platformatic-client.ts";
import { readAssigned } from "./platformatic-reader.ts";

/** More than the group may take to join. */
const REQUEST_MS_MAX = REBALANCE_MS + 5_000;

const JOIN_ATTEMPTS = 10;
const JOIN_PAUSE_MS = 100;

/** `KafkaDriver.takePart` by @platformatic/kafka. */
export async function takePartByPlatformatic(
  options: KafkaOptions,
  log: Logger,
  membership: Membership,
  end: AbortSignal,
): Promise<void> {
  const { works, alive } = membership;
  let generation = new AbortController();
  const failed = Promise.withResolvers<never>();
  const halts = createHalts(failed.reject);
  const consumer = createConsumer(options, membership.group, async () => {
    // The next owner of a partition does not start before its handler here has ended.
    generation.abort();
    await works.end(HAND_OVER_MS);
  });
  consumer.on("consumer:heartbeat:end", alive);
  consumer.on("consumer:group:join", ({ assignments = [] }: ConsumerGroupJoinPayload) => {
    alive();
    generation.abort();
    works.fence();
    halts.joined();
    generation = new AbortController();
    const untilNext = AbortSignal.any([end, generation.signal]);
    readAssigned(assignments, { consumer, membership, halts, log, end: untilNext }).catch(failed.reject);
  });
  // After a rebalance the library joins by itself, but once only.
  const joinAgain = (reason: Error): void => void join(consumer, end, reason).catch(failed.reject);
  (consumer as EventEmitter).on("error", joinAgain);

  consumer.topics.trackAll(...membership.topics);
  try {
    await Promise.race([Promise.all([join(consumer, end), failed.promise]), aborted(end)]);
  } finally {
    halts.close();
    await works.end(DRAIN_MS);
    generation.abort();
    await within(CLOSE_MS_MAX, leave(consumer)).catch(() => undefined);
    await within(CLOSE_MS_MAX, consumer.close()).catch(() => undefined);
  }
}

/**
 * A consumer that waits for `beforeJoin` at each join. It retries nothing by itself: when a commit is refused it would join
 * the group and commit again, as a member of a generation that the batch has nothing to do with.
 */
function createConsumer(options: KafkaOptions, groupId: string, beforeJoin: () => Promise<void>): Consumer {
  return new Consumer({
    ...platformaticOptions(options),
    groupId,
    retries: 0,
    requestTimeout: REQUEST_MS_MAX,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: REBALANCE_MS,
    heartbeatInterval: HEARTBEAT_MS,
    autocommit: false,
    protocolsMetadata: async () => {
      await beforeJoin();
      return Buffer.alloc(0);
    },
  });
}

/** Joins the group, again when it changes meanwhile; `before` is what an attempt came to already. */
async function join(consumer: Consumer, end: AbortSignal, before?: Error): Promise<void> {
  let error: unknown = before;
  for (let attempt = before ? 2 : 1; attempt <= JOIN_ATTEMPTS && !end.aborted; attempt += 1) {
    if (error && !(error instanceof Error && findErrorBy(error, "needsRejoin", true))) throw error;
    if (error) await pause(JOIN_PAUSE_MS, end);
    try {
      await consumer.joinGroup({});
      return;
    } catch (next) {
      error = next;
    }
  }
  if (error && !end.aborted) throw error;
}

/** Closing leaves the group too, but only over a connection that happens to be there. */
function leave(consumer: Consumer): Promise<void> {
  return new Promise((resolve, reject) => {
    consumer.leaveGroup(false, (error) => (error ? reject(error) : resolve()));
  });
}
