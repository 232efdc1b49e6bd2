import type { Bus } from "@animal-delivery/platform/bus/bus";

/** Consumes in a process of its own: tells the parent of each batch over IPC, and commits it when told to. */
export async function holdBatches(bus: Bus, group: string, topic: string): Promise<void> {
  await bus.consume(
    {
      group,
      topics: [topic],
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
}
