import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";

const fixture = new URL("../testing/main-fixture.ts", import.meta.url).pathname;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("runMain", { timeout: 20_000 }, () => {
  it.each(["SIGTERM", "SIGINT"] as const)("stops in order at %s", async (signal) => {
    const { child, output, ended } = await started("runs");

    child.kill(signal);

    expect(await ended).toBe(0);
    expect(output()).toBe("started\nstopping\nstopped\n");
  });

  it("takes a signal that comes twice within a second for one", async () => {
    const { child, output, ended } = await started("runs");

    child.kill("SIGINT");
    child.kill("SIGINT");
    child.kill("SIGTERM");

    expect(await ended).toBe(0);
    expect(output()).toContain("stopped");
  });

  it("ends at once when asked again after a second", async () => {
    const { child, output, ended } = await started("hangs");
    child.kill("SIGINT");
    await expect.poll(output).toContain("stopping");
    await sleep(1_100);

    child.kill("SIGINT");

    expect(await ended).toBe(130);
  });

  it("ends though something was left open", async () => {
    const { child, ended } = await started("leaks");

    child.kill("SIGTERM");

    expect(await ended).toBe(0);
  });

  it("stops when its parent dies, which passes no signal on", async () => {
    const script = `require("node:child_process").spawn(process.execPath, [process.argv[1], "runs"], { stdio: "inherit" })`;
    const { child, output } = launch(["-e", script, fixture]);
    await expect.poll(output, { timeout: 10_000 }).toBe("started\n");

    child.kill("SIGKILL");

    await expect.poll(output, { timeout: 5_000 }).toBe("started\nstopping\nstopped\n");
  });

  it.each([
    ["bad-config", 78, "fixture: PORT: must be a number"],
    ["fails", 1, "fixture: Error: no such database"],
  ])("tells why it %s, in its exit code too", async (behaviour, code, text) => {
    const { ended, errors } = launch([fixture, behaviour]);

    expect(await ended).toBe(code);
    expect(errors()).toContain(text);
  });

  it("drains when something breaks that nobody catches, and fails", async () => {
    const { ended, output, errors } = launch([fixture, "crashes"]);

    expect(await ended).toBe(1);
    expect(output()).toBe("started\nstopping\nstopped\n");
    expect(errors()).toContain("nobody catches this");
  });
});

async function started(behaviour: string) {
  const process = launch([fixture, behaviour]);
  await expect.poll(process.output, { timeout: 10_000 }).toBe("started\n");
  return process;
}

function launch(args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const texts = { output: "", errors: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.output += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (texts.errors += String(chunk)));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, ended, output: () => texts.output, errors: () => texts.errors };
}
