import { Counter, Gauge } from "prom-client";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";

export type MessengerMetrics = ReturnType<typeof createMessengerMetrics>;

/** What the messenger counts besides what every service counts. */
export function createMessengerMetrics({ registry }: Meters) {
  const registers = [registry];
  return {
    chats: new Counter({
      name: "messenger_chats_created_total",
      help: "Requests for a chat that were granted, repetitions among them",
      registers,
    }),
    messages: new Counter({
      name: "messenger_messages_total",
      help: "Messages acknowledged, repetitions among them",
      registers,
    }),
    told: new Counter({
      name: "messenger_messages_told_total",
      help: "Messages told to followers of chats",
      registers,
    }),
    streams: new Gauge({ name: "messenger_streams_open", help: "Open streams of SubscribeMessages", registers }),
  };
}
