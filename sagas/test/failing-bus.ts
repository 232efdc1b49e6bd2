// The log bus of a test with something between it and those who publish.
import { randomUUID } from "node:crypto";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StepReplySchema, type StepReply } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";

/** The same bus with another way to publish. */
export function publishing(bus: Bus, publish: Bus["publish"]): Bus {
  return {
    system: bus.system,
    recordBytesMax: bus.recordBytesMax,
    publish,
    ensureTopics: (topics) => bus.ensureTopics(topics),
    consume: (options, signal) => bus.consume(options, signal),
    lag: (group, topics) => bus.lag(group, topics),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The bus takes what `change` makes of the records of one topic, and the publisher is told that it took his. */
export function changing(bus: Bus, changed: string, change: (record: BusRecord) => readonly BusRecord[]): Bus {
  return publishing(bus, async (topic, records) => {
    const taken = topic === changed ? records.flatMap((record) => change(record)) : records;
    if (taken.length > 0) await bus.publish(topic, taken);
    return new Set(records.keys());
  });
}

/** What a record of `saga.replies` says. */
export function replyIn({ value }: BusRecord): StepReply {
  return fromBinary(StepReplySchema, fromBinary(EventEnvelopeSchema, value).payload);
}

/** The same event under another id, and another version if one is given. */
export function withOtherId(record: BusRecord, version?: bigint): BusRecord {
  const envelope = fromBinary(EventEnvelopeSchema, record.value);
  const aggregateVersion = version ?? envelope.aggregateVersion;
  const value = toBinary(EventEnvelopeSchema, { ...envelope, eventId: randomUUID(), aggregateVersion });
  return { ...record, value };
}
