import { once } from "node:events";
import { createServer } from "node:net";
import { ConfigError } from "../config/load-config.ts";
import { runMain } from "../service/run-main.ts";

// A process for the tests of runMain: what it does stands in its first argument.

const [, , behaviour] = process.argv;

await runMain("fixture", async (stop) => {
  if (behaviour === "bad-config") throw new ConfigError("PORT: must be a number");
  if (behaviour === "fails") throw new Error("no such database");
  // Holds the process like a service does.
  const server = createServer().listen(0, "127.0.0.1");
  process.stdout.write("started\n");
  if (behaviour === "crashes") setTimeout(() => void Promise.reject(new Error("nobody catches this")), 5);
  await once(stop, "abort");
  process.stdout.write("stopping\n");
  if (behaviour === "hangs") await new Promise(() => undefined);
  if (behaviour !== "leaks") server.close();
  process.stdout.write("stopped\n");
});
