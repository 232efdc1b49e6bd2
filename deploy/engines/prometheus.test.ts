// Prometheus' own tool reads what `npm run generate` wrote, and plays made-up traffic against the rules.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { engine } from "@animal-delivery/platform/testing/engines";
import { describe, expect, it } from "vitest";

const FOLDER = join(import.meta.dirname, "../prometheus");

describe("Prometheus", () => {
  it.each(["prometheus.yml", "prometheus.local.yml"])(
    "takes %s with its rules, and finds nothing to complain of",
    (file) => {
      const { status, text } = promtool("check", "config", join(FOLDER, file));

      expect(text).toContain("rules found");
      expect(text).not.toMatch(/FAILED|warning|error/i);
      expect(status, text).toBe(0);
    },
  );

  it("raises each alert when it should and not when it should not", () => {
    const { status, text } = promtool("test", "rules", join(FOLDER, "rules.test.yml"));

    expect(status, text).toBe(0);
  });
});

function promtool(...args: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr, error } = spawnSync(engine("PROMTOOL"), args, { encoding: "utf8" });
  if (error) throw error;
  return { status, text: stdout + stderr };
}
