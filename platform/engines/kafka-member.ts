// A consumer in a process of its own, for tests that stop and kill it.
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { holdBatches } from "../test/hold-batches.ts";

const [options, group, topic] = process.argv.slice(2);

await holdBatches(await openBus({ kind: "kafka", ...JSON.parse(options!) }, testTelemetry()), group!, topic!);
