import { Cluster, type Redis } from "ioredis";
import { pause } from "@animal-delivery/platform/pause";
import type { RunCommand } from "@animal-delivery/platform/redis/observe-commands";
import { createWatchers } from "../watchers.ts";
import { channelOf, chatOfChannel } from "./keys.ts";

/** A subscription that failed is tried again after so long. */
const RETRY_MS = 500;

/** Who listens for changes of chats in this process. */
export interface Listeners extends Disposable {
  watch(chatId: string, onChange: () => void): Promise<AsyncDisposable>;
}

interface Listening {
  readonly isListening: Promise<unknown>;
  watchers: number;
}

/**
 * Sharded pub/sub: a change is told where the chat is, and goes to those processes alone that watch it, on a connection of its own to
 * a single server, and on one to each node of a cluster that has a watched chat. After each time that one was lost, everybody is told.
 */
export async function openListeners(client: Redis | Cluster, run: RunCommand): Promise<Listeners> {
  const subscriber = client instanceof Cluster ? client : await subscriberOf(client);
  const watchers = createWatchers();
  const listened = new Map<string, Listening>();
  const closed = new AbortController();
  let returns = 0;

  const listen = async (chatId: string): Promise<void> => void (await subscriber.ssubscribe(channelOf(chatId)));
  const forget = async (chatId: string): Promise<void> => void (await subscriber.sunsubscribe(channelOf(chatId)));
  const listenAgain = async (chatId: string, theReturn: number): Promise<void> => {
    while (listened.has(chatId) && theReturn === returns && !closed.signal.aborted) {
      try {
        // The client of a cluster keeps a list of its channels, which would have this one twice.
        if (subscriber instanceof Cluster) await forget(chatId);
        await listen(chatId);
        if (!listened.has(chatId)) await forget(chatId);
        return watchers.tell(chatId);
      } catch {
        await pause(RETRY_MS, closed.signal);
      }
    }
  };
  const onReturn = (): void => {
    returns += 1;
    for (const chatId of listened.keys()) void listenAgain(chatId, returns);
  };
  subscriber.on("smessage", (channel: string) => watchers.tell(chatOfChannel(channel)));
  subscriber.on(subscriber instanceof Cluster ? "subscribersReady" : "ready", onReturn);

  return {
    async watch(chatId, onChange) {
      const watching = watchers.add(chatId, onChange);
      const listening = listened.get(chatId) ?? { isListening: run("watch", () => listen(chatId)), watchers: 0 };
      listened.set(chatId, listening);
      listening.watchers += 1;
      let isWatching = true;
      const stop = async (): Promise<void> => {
        if (!isWatching) return;
        isWatching = false;
        await watching[Symbol.asyncDispose]();
        listening.watchers -= 1;
        if (listening.watchers > 0) return;
        listened.delete(chatId);
        // Nobody waits for it: what still comes is for nobody.
        void forget(chatId).catch(() => undefined);
      };
      try {
        await listening.isListening;
      } catch (error) {
        await stop();
        throw error;
      }
      return { [Symbol.asyncDispose]: stop };
    },
    [Symbol.dispose]() {
      closed.abort();
      if (subscriber !== client) subscriber.disconnect();
    },
  };
}

/** A connection like the client's. What it listens for is said again here, where somebody sees whether that fails. */
async function subscriberOf(client: Redis): Promise<Redis> {
  const subscriber = client.duplicate({ autoResubscribe: false });
  // Whoever watches the client's connection says so.
  subscriber.on("error", () => undefined);
  // When it fails, it goes on trying.
  await subscriber.connect().catch(() => undefined);
  return subscriber;
}
