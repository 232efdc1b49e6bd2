// A consumer in a process of its own, for tests that stop and kill it.
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { holdBatches } from "./hold-batches.ts";

const [options, group, topic] = process.argv.slice(2);

await holdBatches(openLogBus(JSON.parse(options!), testTelemetry()), group!, topic!);
