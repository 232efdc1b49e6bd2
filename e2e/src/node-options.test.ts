import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { NODE_OPTIONS } from "./node-options.ts";

it("tells Node what the images do", async () => {
  const dockerfile = await readFile(new URL("../../Dockerfile", import.meta.url), "utf8");

  expect(dockerfile).toContain(`\nENV NODE_OPTIONS="${NODE_OPTIONS}"\n`);
});
