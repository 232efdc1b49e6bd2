import type { Telemetry } from "../telemetry/resources.ts";
import type { Bus } from "./bus.ts";
import type { BusOptions } from "./bus-options.ts";
import { observeBus } from "./observe-bus.ts";

/**
 * The event bus that the configuration names. Only that adapter is loaded. Give it telemetry whose logger does not write to
 * this bus.
 */
export async function openBus(options: BusOptions, telemetry: Telemetry): Promise<Bus> {
  return observeBus(await openAdapter(options, telemetry), telemetry.meters);
}

async function openAdapter(options: BusOptions, telemetry: Telemetry): Promise<Bus> {
  if (options.kind === "postgres") {
    const { openLogBus } = await import("./log-bus.ts");
    return openLogBus({ url: options.url }, telemetry);
  }
  if (options.client === "kafkajs") {
    const { openKafkajsBus } = await import("../kafka/open-kafkajs-bus.ts");
    return openKafkajsBus(options, telemetry);
  }
  const { openPlatformaticBus } = await import("../kafka/open-platformatic-bus.ts");
  return openPlatformaticBus(options, telemetry);
}
