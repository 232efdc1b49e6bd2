// A consumer in a process of its own, for tests that stop and kill it. Talks to its parent over IPC.
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

const [options, group, topic] = process.argv.slice(2);
const bus = await openBus({ kind: "kafka", ...JSON.parse(options!) }, testTelemetry());

await bus.consume(
  {
    group: group!,
    topics: [topic!],
    batchRecordsMax: 10,
    handle: async (batch) => {
      process.send!("batch");
      await new Promise((resolve) => process.once("message", resolve));
      const committed = await batch.commit(batch.records.at(-1)!.offset).then(
        () => true,
        () => false,
      );
      process.send!({ committed });
    },
  },
  new AbortController().signal,
);
