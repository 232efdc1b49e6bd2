import type { Bus } from "@animal-delivery/platform/bus/bus";

/** A bus with topics and groups of its own on brokers that others use too: their names there begin with the prefix. */
export function renamedBus(bus: Bus, prefix: string): Bus {
  const named = (name: string) => `${prefix}.${name}`;
  const unnamed = (name: string) => name.slice(prefix.length + 1);
  return {
    system: bus.system,
    recordBytesMax: bus.recordBytesMax,
    ensureTopics: (topics) => bus.ensureTopics(topics.map((spec) => ({ ...spec, topic: named(spec.topic) }))),
    publish: (topic, records) => bus.publish(named(topic), records),
    consume: ({ handle, ...wanted }, signal) =>
      bus.consume(
        {
          ...wanted,
          group: named(wanted.group),
          topics: wanted.topics.map(named),
          handle: (batch) => handle({ ...batch, topic: unnamed(batch.topic) }),
        },
        signal,
      ),
    async lag(group, topics) {
      const lags = await bus.lag(named(group), topics.map(named));
      return lags.map((each) => ({ ...each, topic: unnamed(each.topic) }));
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
