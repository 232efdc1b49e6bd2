import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { describe, expect, it } from "vitest";
import { createActiveUsers } from "./active-users.ts";

const MINUTE_MS = 60_000;

describe("createActiveUsers", () => {
  it("counts each user once, and five minutes after the last request no more", async () => {
    const meters = createMeters("api-gateway");
    let nowMs = 0;
    const { seen } = createActiveUsers(meters, () => nowMs);
    const count = async () => (await meters.registry.getSingleMetric("active_users")!.get()).values[0]?.value;

    seen("ada");
    seen("bob");
    nowMs = 4 * MINUTE_MS;
    seen("ada");
    seen("ada");
    expect(await count()).toBe(2);

    nowMs = 6 * MINUTE_MS;
    expect(await count()).toBe(1);

    nowMs = 9 * MINUTE_MS;
    expect(await count()).toBe(0);
  });
});
